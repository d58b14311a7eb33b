/* Round breaks and a key for counts: the same few for every choice, so that two choices can be compared by eye. */
function saferScale({ $, make, data }) {
  const threshold = data.filters ? data.filters.threshold : 0, single = Boolean(data.filters && data.filters.single);
  const write = (n) => (n === null ? "not shown" : n.toLocaleString("en-GB"));
  const steps = [[2, 3, 5, 10], [2, 5, 10, 20], [5, 10, 20, 50], [10, 25, 50, 100], [25, 50, 100, 250], [50, 100, 250, 500], [100, 250, 500, 1000]];
  const breaksOf = (counts) => {
    const sorted = counts.filter((n) => n > 0).sort((a, b) => a - b);
    const high = sorted.length ? sorted[Math.floor(0.97 * (sorted.length - 1))] : 0;
    const fit = steps.filter((s) => s[0] >= threshold);
    return fit.find((s) => s[3] >= high) || fit[fit.length - 1];
  };
  const classOf = (n, breaks) => breaks.filter((b) => n >= b).length;
  const range = (low, high) => (high === null ? low + " or more" : low === high ? String(low) : low + " to " + high);
  const key = (breaks, list, colours) => {
    list.replaceChildren();
    const lows = [Math.max(1, threshold), ...breaks];
    colours.forEach((colour, i) => {
      if (i < 4 && lows[i + 1] <= lows[i]) return;
      const item = make("li"), box = make("span", "sh-key");
      box.style.background = colour;
      item.append(box, document.createTextNode(range(lows[i], i < 4 ? lows[i + 1] - 1 : null)));
      list.append(item);
    });
    if (single) {
      const item = make("li"), box = make("span", "sh-key sh-hatched");
      item.append(box, document.createTextNode("not shown"));
      list.append(item);
    }
  };
  /* hotspots by a number: the key is written, the colours given back */
  const fillsOf = (counts, breaks) => counts.map((n) => (n === null ? "" : data.amount[classOf(n, breaks)]));
  const show = (words, breaks) => {
    const box = $("counted");
    box.hidden = words === "";
    if (words === "") return;
    key(breaks, $("counted-key"), data.amount);
    $("counted-title").textContent = "Number in each hotspot: " + words;
  };
  return { breaksOf, classOf, key, write, fillsOf, show };
}
/* All records as cells, and the column of numbers, counted only for the chosen kind, month and source. */
function saferFilters(map, data, tools) {
  const { $, make, say, parts, spots, refresh, recolour } = tools;
  const { breaksOf, classOf, key, write } = tools.scale;
  const F = data.filters;
  const C = F.categories.length, S = F.sources.length, M = F.months.length;
  const chosen = { category: "", month: "", source: "" };
  const group = L.layerGroup();
  const renderer = L.canvas({ pane: "sh-cells", padding: 0.3 });

  const wanted = (name, index) => {
    const value = chosen[name];
    if (value === "") return true;
    if (value[0] === "g") return F.groups[Number(value.slice(1))].members.includes(index);
    return Number(value) === index;
  };
  /* pairs of key and number, each key a step from the last: key = (month * C + category) * S + source */
  const byMonth = (pairs) => {
    const sums = new Array(M).fill(0);
    let key = 0;
    for (let i = 0; i < pairs.length; i += 2) {
      key += pairs[i];
      const source = key % S, category = Math.floor(key / S) % C, month = Math.floor(key / S / C);
      if (wanted("category", category) && wanted("source", source)) sums[month] += pairs[i + 1];
    }
    return sums;
  };
  const total = (pairs) => byMonth(pairs).reduce((sum, n, month) => sum + (wanted("month", month) ? n : 0), 0);
  const active = () => Object.values(chosen).some((value) => value !== "");
  const words = () => ["category", "month", "source"].filter((name) => chosen[name] !== "").map((name) => {
    const select = $(name);
    return select.options[select.selectedIndex].text;
  }).join(", ");
  const cellCount = (i) => (F.single ? F.cells[i] : total(F.cells[i]));
  const spotCount = (i) => {
    if (!active()) return undefined;
    if (!F.single) return total(F.spots[i]);
    const name = chosen.category !== "" ? "category" : "month";
    return F.tables[name][i][Number(chosen[name])];
  };
  const things = (n) => write(n) + " " + (n === 1 ? data.counted_one : data.counted);

  /* one scale for all months: a colour means the same wherever the slider stands */
  const scaleOf = (counts, cubes) => breaksOf(chosen.month === "" || F.single ? counts : cubes.flatMap(byMonth));
  const title = () => {
    const which = F.single ? ", whole period, all kinds" : active() ? ": " + words() : "";
    $("under-title").textContent = data.counted[0].toUpperCase() + data.counted.slice(1) + " in each cell (about " + F.across + " across)" + which;
  };
  const draw = () => {
    group.clearLayers();
    const counts = F.shapes.map((_, i) => cellCount(i));
    const breaks = scaleOf(counts.filter((n) => n !== null), F.cells);
    F.shapes.forEach((shape, i) => {
      const n = counts[i];
      if (n === 0) return;
      const style = n === null
        ? { fillColor: "#ffffff", fillOpacity: 0.35, color: "#47566a", weight: 1, dashArray: "2 4" }
        : { fillColor: data.under[classOf(n, breaks)], fillOpacity: 0.85, color: "#ffffff", weight: 0.6 };
      const cell = L.polygon(parts(shape), Object.assign({ renderer }, style));
      const where = " in this cell, about " + F.across + " across" + (active() && !F.single ? " (" + words() + ")." : ".");
      cell.bindPopup(() => make("p", "", n === null ? "Number not shown" + where : things(n) + where));
      group.addLayer(cell);
    });
    key(breaks, $("under-key"), data.under);
    title();
    return counts.reduce((sum, n) => sum + (n || 0), 0);
  };
  /* hotspots by what is counted */
  const colour = (counts) => {
    if (!active()) { tools.scale.show(""); recolour(null); return; }
    const all = F.single ? F.tables[chosen.category !== "" ? "category" : "month"].flat() : counts;
    const breaks = scaleOf(all.filter((n) => n !== null), F.spots);
    tools.scale.show(words(), breaks);
    recolour(tools.scale.fillsOf(counts, breaks));
  };
  /* the months of what is shown, as bars; said in words for who cannot see them */
  const series = () => {
    const bars = $("series");
    if (!bars || F.single) return;
    const sums = new Array(M).fill(0);
    F.cells.forEach((cell) => byMonth(cell).forEach((n, month) => { sums[month] += n; }));
    const most = Math.max(1, ...sums), wide = 100 / M;
    bars.replaceChildren(...sums.map((n, month) => {
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const tall = 30 * n / most;
      Object.entries({ x: month * wide + wide * 0.1, y: 30 - tall, width: wide * 0.8, height: tall }).forEach(([name, value]) => bar.setAttribute(name, value));
      if (String(month) === chosen.month) bar.setAttribute("class", "sh-now");
      return bar;
    }));
    const high = sums.indexOf(Math.max(...sums)), low = sums.indexOf(Math.min(...sums));
    $("series-words").textContent = "From " + write(sums[low]) + " in " + F.months[low] + " to " + write(sums[high]) + " in " + F.months[high] + ".";
  };
  const fill = () => {
    const counts = spots.map((_, i) => spotCount(i));
    colour(counts);
    spots.forEach((spot, i) => {
      const n = counts[i];
      spot.filtered = n === undefined ? null : { words: words(), count: write(n), said: things(n) };
    });
    tools.column(counts.map((n) => (n === undefined ? undefined : write(n))), active() ? words() + " only" : "");
  };
  /* the slider and the list of months are two ways to one choice */
  const slider = $("months");
  const follow = () => {
    if (!slider) return;
    slider.value = chosen.month === "" ? 0 : Number(chosen.month) + 1;
    slider.setAttribute("aria-valuetext", chosen.month === "" ? "All months" : F.months[Number(chosen.month)]);
  };
  if (slider) slider.addEventListener("input", () => {
    $("month").value = slider.value === "0" ? "" : String(Number(slider.value) - 1);
    $("month").dispatchEvent(new Event("change"));
  });
  follow();
  series();
  ["category", "month", "source"].forEach((name) => {
    const select = $(name);
    if (!select) return;
    select.addEventListener("change", () => {
      if (F.single && select.value !== "") {
        Object.keys(chosen).forEach((other) => { if (other !== name) { chosen[other] = ""; if ($(other)) $(other).value = ""; } });
      }
      chosen[name] = select.value;
      follow();
      const sum = draw();
      fill();
      series();
      map.closePopup();
      refresh();
      document.dispatchEvent(new Event("safer-counted"));
      if (!active()) say("Counting everything again.");
      else say("Counting only " + words() + (F.single ? "." : ": " + things(sum) + "."));
    });
  });
  map.on("layeradd layerremove", (event) => { if (event.layer === group) $("under").hidden = !map.hasLayer(group); });
  group.once("add", draw);
  /* for two periods: the number of one month, of the chosen kind and source; and who is to be told of a choice */
  const countIn = (i, month) => (F.single ? F.tables.month[i][month] : byMonth(F.spots[i])[month]);
  const kind = () => (F.single || chosen.category === "" ? "" : $("category").options[$("category").selectedIndex].text);
  const clearMonth = () => { if ($("month") && chosen.month !== "") { $("month").value = ""; $("month").dispatchEvent(new Event("change")); } };
  return { group, countIn, kind, clearMonth };
}
