/* Two periods side by side: a second map that moves with the first, on one scale of colours. */
function saferTwo(app, tools) {
  const { map, data, $, make, say, spots } = app, { scale, filters } = tools;
  const on = $("two"), left = $("left"), right = $("right");
  if (!on) return;
  const box = map.getContainer().parentElement;
  let second = null, fills = [], redraw = () => {};
  const nameOf = (select) => select.options[select.selectedIndex].text;
  const countOf = (i, value) => {
    const [period, month] = value.split(":"); // of the two compared, and the month that it is; or a month alone
    if (period && !(month && filters.kind())) return spots[i].two ? spots[i].two[Number(period[1])] : null;
    return filters.countIn(i, Number(month));
  };
  const whens = [make("p", "sh-when"), make("p", "sh-when sh-when-right")];
  const follow = (other, one) => {
    if (other.getZoom() === one.getZoom() && other.getCenter().distanceTo(one.getCenter()) < 0.5) return;
    other.setView(one.getCenter(), one.getZoom(), { animate: false });
  };
  const lead = () => follow(second, map), back = () => follow(map, second);
  const open = () => {
    const holder = make("div", "sh-second");
    box.append(holder, ...whens);
    box.classList.add("sh-two");
    second = L.map(holder, { zoomControl: false, attributionControl: false, zoomSnap: 0.25, maxZoom: map.getMaxZoom(), keyboard: false });
    holder.setAttribute("role", "img");
    map.invalidateSize({ animate: false });
    second.setView(map.getCenter(), map.getZoom(), { animate: false });
    redraw = tools.draw(second, (i) => fills[i]);
    map.on("move", lead);
    second.on("move", back);
    if (data.bounds) map.fitBounds(data.bounds, { padding: [24, 30], animate: false });
  };
  const close = () => {
    const was = second;
    second = app.second = null;
    map.off("move", lead);
    was.remove();
    [box.querySelector(".sh-second"), ...whens].forEach((el) => el.remove());
    box.classList.remove("sh-two");
    map.invalidateSize({ animate: false });
    scale.show("");
    tools.recolour(null);
    tools.column(spots.map(() => undefined), "");
    say("One map again.");
  };
  const apply = () => {
    const counts = [left, right].map((select) => spots.map((_, i) => countOf(i, select.value)));
    const breaks = scale.breaksOf(counts.flat().filter((n) => n !== null));
    const kind = filters ? filters.kind() : "";
    const titles = [left, right].map((select) => nameOf(select) + (kind ? ", " + (select.value.endsWith(":") ? "all kinds" : kind) : ""));
    fills = scale.fillsOf(counts[1], breaks);
    scale.show(titles.join(" and "), breaks);
    tools.recolour(scale.fillsOf(counts[0], breaks));
    redraw();
    const sums = counts.map((all) => (all.includes(null) ? "" : ": " + scale.write(all.reduce((a, b) => a + b, 0)) + " in the hotspots"));
    whens.forEach((el, i) => { app.second.whens[i] = el.textContent = titles[i] + sums[i]; });
    second.getContainer().setAttribute("aria-label", "Map of " + titles[1] + ", beside " + titles[0] + ". The list has both numbers of each hotspot.");
    tools.column(counts[0].map((n, i) => scale.write(n) + " \u2192 " + scale.write(counts[1][i])), titles.join(" \u2192 "));
    say("Left " + whens[0].textContent + ". Right " + whens[1].textContent + ".");
  };
  on.addEventListener("change", () => {
    [$("month"), $("months")].forEach((el) => { if (el) el.disabled = on.checked; });
    if (!on.checked) { close(); return; }
    if (filters) filters.clearMonth();
    open();
    apply();
  });
  [left, right].forEach((select) => select.addEventListener("change", () => { if (second) apply(); }));
  document.addEventListener("safer-counted", () => { if (second) apply(); });
}
