/* The list: a row opens its hotspot; it can be searched, sorted, copied and saved. */
function saferList(app, details) {
  const { data, $, make, say, byRank } = app;
  const table = $("list");
  if (!table || table.tagName !== "TABLE") return;
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  const rows = [...body.rows];
  const spotOf = (row) => byRank.get(Number(row.dataset.n));
  rows.forEach((row) => row.addEventListener("click", () => details.open(spotOf(row), row.querySelector("button"))));

  /* ---- search ---- */
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f\u2019']/g, "");
  const hay = new Map(rows.map((row) => {
    const spot = spotOf(row);
    return [row, plain([row.textContent, spot.ref, ...spot.lines.map((line) => line[1])].join(" "))];
  }));
  const none = make("p", "sh-none", "No " + data.noun + " in the list has that in it.");
  none.hidden = true;
  table.after(none);
  const onMap = make("p", "sh-onmap");
  $("find").closest(".sh-tools").after(onMap);
  let found = null, filtered = "", ordered = table.caption.firstChild.textContent;
  const goTo = ({ name, bounds }) => {
    const button = make("button", "sh-button", name);
    button.type = "button";
    button.addEventListener("click", () => {
      /* what was found stands in a frame with its name */
      if (found) found.remove();
      const around = bounds.getCenter().toBounds(60);
      found = L.rectangle(around.extend(bounds), { pane: "sh-over", interactive: false, fill: false, color: "#b3261e", weight: 2.5, dashArray: "7 5" }).addTo(app.map);
      found.bindTooltip(document.createTextNode(name), { permanent: true, direction: "top", pane: "sh-badges" }).openTooltip([around.getNorth(), around.getCenter().lng]);
      app.map.fitBounds(bounds.pad(0.3), { maxZoom: 17, animate: !app.calm });
      if (getComputedStyle(document.querySelector(".sh-panel")).overflowY !== "auto") app.map.getContainer().scrollIntoView({ block: "start" });
      say("The map shows " + name + ".");
    });
    return button;
  };
  $("find").addEventListener("input", (event) => {
    const asked = plain(event.target.value).trim();
    const words = asked.split(/\s+/).filter(Boolean);
    const number = /^\d{1,3}$/.test(asked);
    let left = 0;
    rows.forEach((row) => {
      const on = number ? row.dataset.n === asked : words.every((word) => hay.get(row).includes(word));
      row.hidden = !on;
      left += on;
    });
    const streets = asked.length > 2 && !number ? app.ground.find(plain, asked) : [];
    onMap.replaceChildren(...(streets.length ? [document.createTextNode("On the map: "), ...streets.map(goTo)] : []));
    none.hidden = left > 0;
    filtered = asked && left < rows.length ? left + " of " : "";
    table.caption.firstChild.textContent = filtered + ordered;
    if (!streets.length && found) found.remove();
    say(left + " of " + rows.length + " " + data.noun + "s shown" + (streets.length ? ", and " + streets.length + " names on the map." : "."));
  });

  $("find").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const first = rows.find((row) => !row.hidden), street = onMap.querySelector("button");
    if (first && event.target.value.trim()) first.querySelector("button").click(); else if (street) street.click();
  });

  /* ---- sort ---- */
  const valueOf = (row, index) => {
    const text = row.cells[index].firstChild ? row.cells[index].firstChild.textContent : "";
    const [first, second] = text.split(" \u2192 ").map((part) => parseFloat(part.replace(/,/g, "")));
    const number = second === undefined ? first : second - first;
    return Number.isNaN(number) || number === undefined ? plain(row.cells[index].textContent) : number;
  };
  const compare = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (typeof a === "number") return 1;
    if (typeof b === "number") return -1;
    return a.localeCompare(b, "en-GB");
  };
  const whole = table.caption.firstChild.textContent;
  heads.forEach((head, index) => {
    const sort = make("button", "sh-sort", head.textContent);
    sort.type = "button";
    head.replaceChildren(sort);
    if (index === 0) head.setAttribute("aria-sort", "ascending");
    sort.addEventListener("click", () => {
      const was = head.getAttribute("aria-sort"), first = index < 2 ? "ascending" : "descending";
      const order = was ? (was === "ascending" ? "descending" : "ascending") : first;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      rows.sort((a, b) => sign * compare(valueOf(a, index), valueOf(b, index)) || a.dataset.n - b.dataset.n);
      body.append(...rows);
      /* the heading says the order that is seen */
      const many = whole.split(", ")[0], tail = whole.includes(";") ? whole.slice(whole.indexOf(";")) : "";
      const way = index === 1 ? (sign > 0 ? "A to Z" : "Z to A") : sign > 0 ? "lowest first" : "highest first";
      ordered = index === 0 && sign > 0 ? whole : many + " by " + sort.textContent.toLowerCase() + ", " + way + tail;
      table.caption.firstChild.textContent = filtered + ordered;
      say("Sorted by " + sort.textContent + ", " + order + ".");
    });
  });

  /* areas coloured by another number stand in its order */
  if (data.noun === "area") document.querySelectorAll("input[name=sh-by]").forEach((input) => input.addEventListener("change", () => {
    const index = [...rows[0].cells].findIndex((cell) => cell.dataset.column === input.value);
    if (index > 0 && heads[index].getAttribute("aria-sort") !== "descending") heads[index].querySelector("button").click();
  }));

  /* ---- copy and save: what is shown, in the order shown, with its marking ---- */
  const both = heads.some((head) => head.textContent.includes("\u2192"));
  const marking = document.querySelector(".sh-marking");
  const lines = () => {
    const area = data.noun === "area", ranged = heads.map((head, i) => rows.some((row) => row.cells[i].querySelector(".sh-range")));
    const top = heads.flatMap((head, i) => (i === 1 ? (area ? [head.textContent] : ["Reference", head.textContent, "Area"]) : head.textContent.includes("\u2192") ? ["Before", "After", "Change"] : ranged[i] ? [head.textContent, head.textContent + ", likely range"] : [head.textContent]));
    const out = [marking ? [...top, "Marking"] : top];
    rows.filter((row) => !row.hidden).forEach((row) => {
      const of = row.cells[1].querySelector(".sh-of");
      const name = row.querySelector(".sh-go").textContent;
      const cells = area ? [row.dataset.n, name] : [row.dataset.n, spotOf(row).ref || "", name, of ? of.textContent : ""];
      [...row.cells].slice(2).forEach((cell, i) => {
        const text = cell.firstChild ? cell.firstChild.textContent : "";
        const sign = cell.querySelector(".sh-of");
        if (both && cell.dataset.column === "arrow") cells.push(...(text.includes(" \u2192 ") ? text.split(" \u2192 ") : [text, text]), sign ? sign.textContent : "");
        else if (ranged[i + 2]) cells.push(text, (cell.querySelector(".sh-range") || { textContent: "" }).textContent.replace(/\u00a0/g, " "));
        else cells.push(text);
      });
      out.push(marking ? [...cells, marking.textContent] : cells);
    });
    /* a cell that a spreadsheet would work out is text */
    return out.map((cells) => cells.map((text) => (/^[=+\-@\t\r]/.test(text) ? "'" + text : text)));
  };
  const done = (button, text) => {
    const was = button.textContent;
    button.textContent = text;
    say(text);
    setTimeout(() => { button.textContent = was; }, 2500);
  };
  $("copy").addEventListener("click", (event) => {
    const button = event.currentTarget;
    const text = lines().map((cells) => cells.map((c) => c.replace(/[\t\n]/g, " ")).join("\t")).join("\n");
    const byHand = () => {
      const area = make("textarea", "sh-hide", text);
      document.body.append(area);
      area.select();
      const copied = document.execCommand("copy");
      area.remove();
      done(button, copied ? "Copied" : "Not copied");
    };
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(() => done(button, "Copied"), byHand);
    else byHand();
  });
  $("csv").addEventListener("click", (event) => {
    const quote = (c) => (/[",\n]/.test(c) ? '"' + c.replace(/"/g, '""') + '"' : c);
    const text = "\ufeff" + lines().map((cells) => cells.map(quote).join(",")).join("\r\n") + "\r\n";
    const link = make("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    link.download = document.title.replace(/[^\w ,()-]+/g, " ").trim() + ".csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    done(event.currentTarget, "Saved");
  });
}
