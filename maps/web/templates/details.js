/* The chosen hotspot: its details beside the map, its outline on it, its reference in the address. */
function saferDetails(app) {
  const { map, data, $, make, say, spots, calm } = app;
  const box = $("detail");
  let opener = null;

  const button = (text, act) => {
    const el = make("button", "sh-button", text);
    el.type = "button";
    el.addEventListener("click", act);
    return el;
  };
  const fill = (spot) => {
    const inner = make("div", "sh-pop");
    const head = make("h2", "", spot.title);
    head.tabIndex = -1;
    const list = make("dl");
    spot.lines.forEach(([name, text]) => list.append(make("dt", "", name), make("dd", "", text)));
    if (spot.filtered) list.append(make("dt", "", spot.filtered.words), make("dd", "", spot.filtered.said + "."));
    const at = spots.indexOf(spot), keys = make("p", "sh-keys");
    keys.append(button("Close", close));
    if (at > 0) keys.append(button("Previous", () => open(spots[at - 1], opener, true)));
    if (at < spots.length - 1) keys.append(button("Next", () => open(spots[at + 1], opener, true)));
    keys.append(button("Print this", () => app.picture.print(box)));
    inner.append(head, keys, list);
    if (spot.sure.length) {
      const more = make("details"), points = make("ul");
      spot.sure.forEach((text) => points.append(make("li", "", text)));
      more.append(make("summary", "", "How sure are we?"), points);
      inner.append(more);
    }
    box.replaceChildren(inner);
    return head;
  };
  const address = (ref) => {
    try { history.replaceState(null, "", ref ? "#" + encodeURIComponent(ref) : location.pathname + location.search); } catch (error) { /* a frame without an address of its own */ }
  };
  const open = (spot, from, move) => {
    opener = from || null;
    map.closePopup();
    const head = fill(spot);
    box.hidden = false;
    app.mark(spot);
    const listed = from && from.closest && from.closest("table");
    if (move || listed) {
      if (getComputedStyle($("detail").parentElement).overflowY !== "auto") map.getContainer().scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
      app.show(spot);
    } else if (app.tooFar(spot)) app.show(spot);
    box.parentElement.scrollTop = 0;
    head.focus({ preventScroll: true });
    address(spot.ref);
    say("Showing " + data.noun + " " + spot.n + ": " + spot.title);
  };
  const close = () => {
    box.hidden = true;
    box.replaceChildren();
    app.mark(null);
    address("");
    if (opener && document.contains(opener)) {
      opener.focus({ preventScroll: true });
      if (opener.closest("table")) opener.scrollIntoView({ block: "nearest" });
    }
    opener = null;
  };
  const follow = () => {
    let ref = "";
    try { ref = decodeURIComponent(location.hash.slice(1)); } catch (error) { /* not one of ours */ }
    const spot = ref && spots.find((s) => s.ref === ref);
    if (spot && spot !== app.current) open(spot, null, true);
  };
  window.addEventListener("hashchange", follow);
  return { open, close, follow, refresh: () => { if (app.current) fill(app.current); } };
}
