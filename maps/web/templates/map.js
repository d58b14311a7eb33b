/* Draws the hotspots and layers held in data, and links them with the table. All text goes in as text. */
"use strict";
function saferMap(map, data) {
  const $ = (id) => document.getElementById("sh-" + id);
  const make = (tag, cls, text) => {
    const el = document.createElement(tag);
    if (cls) el.className = cls;
    if (text !== undefined) el.textContent = text;
    return el;
  };
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const say = (text) => { $("say").textContent = text; };

  /* ---- shapes: whole numbers of 0.00001 degrees, each point a step from the one before ---- */
  const ring = (flat) => {
    const out = [];
    let x = 0, y = 0;
    for (let i = 0; i < flat.length; i += 2) {
      x += flat[i]; y += flat[i + 1];
      out.push([y / 1e5, x / 1e5]);
    }
    return out;
  };
  const parts = (shape) => shape.map((part) => part.map(ring));
  const panes = { land: 320, ground: 325, cells: 330, areas: 340, lines: 345, spots: 450, over: 455, sites: 458, names: 459, labels: 460, badges: 470 };
  const makePanes = (map) => {
    Object.keys(panes).forEach((name) => { map.createPane("sh-" + name).style.zIndex = panes[name]; });
    ["labels", "over", "ground", "names"].forEach((name) => { map.getPane("sh-" + name).style.pointerEvents = "none"; });
  };
  makePanes(map);
  L.control.scale({ imperial: false }).addTo(map);
  map.getContainer().setAttribute("role", "region");
  map.getContainer().setAttribute("aria-label", "Map of " + data.noun + "s. Arrow keys move it, plus and minus zoom; Tab goes from " + data.noun + " to " + data.noun + ".");
  const inkOn = (colour) => {
    const light = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4)));
    const sum = 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2];
    return (sum + 0.05) / 0.05 >= 1.05 / (sum + 0.05) ? "#000000" : "#ffffff";
  };
  const svg = {};
  const renderer = (name) => (svg[name] = svg[name] || L.svg({ pane: "sh-" + name, padding: name === "spots" ? 0 : 0.5 }));

  /* ---- hotspots ---- */
  const spots = data.spots.map((spot) => Object.assign({}, spot));
  const byRank = new Map(spots.map((spot) => [spot.n, spot]));
  let colourBy = data.measures.length ? data.measures[0].key : "";
  const STREETS_FROM = 13.5; // from this zoom the ground shows through the hotspots
  const REACH = 0.3; // labels and ground are drawn this far beyond the window, as a share of it
  const app = { REACH, map, data, calm, $, make, say, ring, spots, byRank, current: null, seeThrough: () => false };
  const styleOf = (spot) => {
    const measure = data.measures.find((m) => m.key === colourBy);
    const fill = app.fills ? app.fills[spots.indexOf(spot)] : measure && spot.class[colourBy] >= 0 ? measure.colours[spot.class[colourBy]] : "";
    return {
      fillColor: fill || "#ffffff",
      fillOpacity: app.seeThrough() ? (app.current === spot ? 0.28 : 0.42) : data.noun === "area" && ground.on ? 0.74 : 0.8,
      color: "#0b1f33", weight: app.current === spot ? 4 : 1.6,
      dashArray: fill ? null : "4 3",
    };
  };
  const ground = app.ground = saferGround(app);
  app.seeThrough = () => ground.on && map.getZoom() >= STREETS_FROM;
  app.mark = (spot) => {
    const before = app.current;
    app.current = spot;
    [before, spot].forEach((s) => s && s.layer.setStyle(styleOf(s)));
    if (spot && map.hasLayer(spot.layer)) spot.layer.bringToFront();
    document.querySelectorAll(".sh-row").forEach((row) => {
      const on = spot !== null && row.dataset.n === String(spot.n);
      row.classList.toggle("sh-on", on);
      if (on) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current");
    });
  };
  /* pressed on the map: gone to where it is drawn too small for its streets, or lies partly outside */
  app.tooFar = (spot) => !map.getBounds().contains(spot.layer.getBounds()) || (data.noun === "hotspot" && map.getZoom() < STREETS_FROM);
  app.show = (spot) => {
    if (!map.hasLayer(spot.layer)) { const box = $("show-spots"); if (box) { box.checked = true; hotspots.addTo(map); label(); } }
    map.fitBounds(spot.layer.getBounds().pad(0.25), { maxZoom: 17, animate: !calm, duration: 0.6 });
  };
  const picture = app.picture = saferPicture(app);
  const details = saferDetails(app);
  const hotspots = L.featureGroup();
  spots.forEach((spot) => {
    const layer = L.polygon(parts(spot.shape), Object.assign({ renderer: renderer("spots") }, styleOf(spot)));
    spot.layer = layer;
    layer.on("add", () => {
      const path = layer.getElement();
      path.setAttribute("tabindex", "0");
      path.setAttribute("role", "button");
      path.setAttribute("aria-label", spot.label);
      path.classList.add("sh-spot");
      path.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); details.open(spot, path); }
      });
      path.addEventListener("focus", () => {
        if (!map.getBounds().contains(layer.getBounds())) map.panTo(layer.getBounds().getCenter(), { animate: false });
      });
    });
    layer.on("click", () => details.open(spot, layer.getElement()));
    hotspots.addLayer(layer);
  });
  hotspots.addTo(map);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") { if (app.current) details.close(); else map.closePopup(); } });

  /* ---- other layers ---- */
  const groups = { spots: hotspots };
  const scale = saferScale(app);
  const recolour = (fills) => { app.fills = fills; paint(); label(); };
  /* the column "Number" shows what is counted; undefined is what it was */
  const column = (texts, words) => {
    spots.forEach((spot, i) => {
      const cell = document.querySelector('.sh-row[data-n="' + spot.n + '"] [data-column=incidents]');
      if (cell.dataset.all === undefined) cell.dataset.all = cell.textContent;
      cell.textContent = texts[i] === undefined ? cell.dataset.all : texts[i];
    });
    $("filtered").textContent = words ? " (column “Number”: " + words + ")" : "";
  };
  const filters = data.filters ? saferFilters(map, data, { $, make, say, parts, spots, scale, column, recolour, refresh: () => details.refresh() }) : null;
  if (filters) groups.cells = filters.group;
  const quiet = (layer) => layer.on("add", () => {
    const path = layer.getElement && layer.getElement();
    if (path) { path.setAttribute("tabindex", "-1"); path.setAttribute("aria-hidden", "true"); }
  });
  const shapeOf = (layer, item) => {
    const style = Object.assign({ renderer: renderer(layer.pane), interactive: Boolean(item.lines) && layer.pane !== "over" }, layer.style, item.style);
    if (layer.geometry === "line") return L.polyline(item.shape.map((part) => ring(part[0])), style);
    return L.polygon(parts(item.shape), style);
  };
  const siteOf = (layer, item) => {
    const side = layer.kind === "places" ? 10 : item.mark.length > 2 ? 28 : 22;
    const icon = L.divIcon({ className: "sh-site sh-site-" + layer.kind, html: "", iconSize: [side, Math.min(side, 22)] });
    const site = L.marker(item.at, { icon, keyboard: false, pane: "sh-sites", interactive: Boolean(item.lines) });
    site.on("add", () => {
      const el = site.getElement();
      el.textContent = layer.kind === "places" ? "" : item.mark;
      el.style.borderColor = el.style.color = layer.style.color;
      el.setAttribute("aria-hidden", "true");
    });
    return site;
  };
  const talk = (layer, item) => {
    const box = make("div", "sh-pop");
    box.append(make("h2", "", item.name));
    item.lines.forEach((text) => box.append(make("p", "", text)));
    return layer.bindPopup(box, { maxWidth: 300 });
  };
  data.layers.forEach((layer) => {
    const group = L.layerGroup();
    layer.items.forEach((item) => {
      if (item.shape && item.shape.length) {
        const shape = quiet(shapeOf(layer, item));
        if (layer.land) group.addLayer(quiet(L.polygon(parts(item.shape), { renderer: renderer("land"), interactive: false, stroke: false, fillColor: layer.land, fillOpacity: 1 })));
        group.addLayer(item.lines ? talk(shape, item) : shape);
      }
      if (item.at && item.radius) group.addLayer(quiet(L.circle(item.at, Object.assign({ radius: item.radius, renderer: renderer(layer.pane), interactive: false }, layer.style))));
      if (item.at && item.mark) { const site = siteOf(layer, item); group.addLayer(item.lines ? talk(site, item) : site); }
    });
    groups[layer.id] = group;
    if (layer.show) group.addTo(map);
  });

  if (!data.layers.some((layer) => layer.land)) map.getContainer().style.background = "#fbfaf7"; // no areas: all is land

  /* ---- numbers and names: shown where they do not cover each other, the worst first ---- */
  const texts = [];
  const badge = (spot, at) => ({ at, text: String(spot.n), width: spot.n > 99 ? 28 : 24, height: 20, cls: "sh-badge", pane: "sh-badges", from: 0, group: "spots", spot });
  if (data.noun === "area") {
    /* a long name in two lines covers less of its neighbours */
    const lines = (name) => {
      const gaps = [...name.matchAll(/ /g)].map((m) => m.index).filter(() => name.length > 11);
      const cut = gaps.sort((p, q) => Math.abs(p - name.length / 2) - Math.abs(q - name.length / 2))[0];
      return cut === undefined ? [name] : [name.slice(0, cut), name.slice(cut + 1)];
    };
    spots.forEach((spot) => texts.push({ at: spot.at, text: lines(spot.title).join("\n"), width: 6.6 * Math.max(...lines(spot.title).map((l) => l.length)) + 10, height: 6 + 14 * lines(spot.title).length, cls: "sh-badge sh-name", pane: "sh-badges", from: 0, group: "spots", spot, plain: true, or: badge(spot, spot.at) }));
  } else {
    /* a number that has no room at its first part stands at another */
    spots.forEach((spot) => texts.push(Object.assign(spot.parts.reduceRight((or, at) => Object.assign(badge(spot, at), { or }), undefined), { first: true })));
    spots.forEach((spot) => spot.parts.slice(1).forEach((at) => texts.push(badge(spot, at))));
  }
  (ground.named ? [] : data.streets || []).forEach((s) => texts.push({ at: s.at, text: s.name, width: 7 * s.name.length + 12, height: 18, cls: "sh-street", pane: "sh-labels", from: 15, group: "spots" }));
  data.layers.forEach((layer) => layer.items.forEach((item) => {
    if (layer.names && item.name) texts.push({ at: item.centre, text: item.name, width: 6.4 * item.name.length + 8, height: 16, cls: "sh-area", pane: "sh-labels", from: 10.5, group: layer.id, colour: layer.further ? layer.style.color : "" });
  }));
  /* of one map, and of a second beside it: fillOf says how its hotspots are coloured */
  const labeller = (map, ground, fillOf) => {
    const labels = L.layerGroup().addTo(map);
    const makeLabel = (item, lift, fill) => {
      const icon = L.divIcon({ className: item.cls, html: "", iconSize: [item.width, item.height], iconAnchor: [item.width / 2, item.height / 2 - lift] });
      const marker = L.marker(item.at, { icon, keyboard: false, interactive: Boolean(item.spot), pane: item.pane });
      labels.addLayer(marker);
      const el = marker.getElement();
      el.textContent = item.text;
      el.setAttribute("aria-hidden", "true");
      if (item.colour) { el.style.color = item.colour; el.style.fontWeight = "700"; }
      if (fill) { el.style.background = fill; el.style.color = inkOn(fill); }
      if (item.spot) marker.on("click", () => details.open(item.spot, item.spot.layer.getElement()));
      return marker;
    };
    const standing = new Map(); // labels on the map now: only what changes is made or taken away
    let reached = null; // where labels were last placed, in pixels of the world, and from which origin
    return (event) => {
      const view = map.getPixelBounds(), origin = map.getPixelOrigin();
      if (event && event.type === "moveend" && reached && reached.zoom === map.getZoom() && reached.origin.equals(origin) && reached.bounds.contains(view)) return;
      const taken = [], wanted = new Map();
      const zoom = map.getZoom(), size = map.getSize(), more = size.multiplyBy(REACH);
      reached = { zoom, origin, bounds: L.bounds(view.min.subtract(more), view.max.add(more)) };
      const fits = (item, lifts) => {
        const point = map.latLngToContainerPoint(item.at);
        if (point.x < -more.x - 40 || point.y < -more.y - 40 || point.x > size.x + more.x + 40 || point.y > size.y + more.y + 40) return undefined;
        const w = item.width / 2, h = item.height / 2;
        return lifts.find((dy) => {
          const box = [point.x - w, point.y + dy - h, point.x + w, point.y + dy + h];
          if (taken.some((t) => box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1])) return false;
          taken.push(box);
          return true;
        });
      };
      texts.forEach((item) => {
        if (zoom < item.from || !app.map.hasLayer(groups[item.group])) return;
        const lift = fits(item, item.cls === "sh-street" ? [0, 20, -20] : [0]);
        let or = item.or;
        while (lift === undefined && or && fits(or, [0]) === undefined) or = or.or;
        /* of the first ten none is missing: its number moves up or down rather than go */
        const near = lift === undefined && !or && item.spot && item.spot.n <= 10 && item.first ? fits(item, [20, -20]) : undefined;
        if (lift !== undefined || near !== undefined) wanted.set(item, lift === undefined ? near : lift);
        else if (or) wanted.set(or, 0);
      });
      standing.forEach((was, item) => { if (!wanted.has(item)) { labels.removeLayer(was.marker); standing.delete(item); } });
      wanted.forEach((lift, item) => {
        const fill = item.spot && !item.plain ? fillOf(item.spot) : "";
        const was = standing.get(item);
        if (was && was.lift === lift && was.fill === fill) return;
        if (was) labels.removeLayer(was.marker);
        standing.set(item, { lift, fill, marker: makeLabel(item, lift, fill) });
      });
      ground.names(taken);
    };
  };
  const label = labeller(map, ground, (spot) => styleOf(spot).fillColor);
  /* a second map: the same ground, areas and hotspots, in colours of its own; gives back what draws it anew */
  const drawSecond = (other, fillAt) => {
    makePanes(other);
    const pens = {}, pen = (name) => (pens[name] = pens[name] || L.svg({ pane: "sh-" + name, padding: 0.5 }));
    data.layers.filter((layer) => layer.show).forEach((layer) => layer.items.forEach((item) => {
      if (!item.shape || !item.shape.length) return;
      L.polygon(parts(item.shape), { renderer: pen("land"), interactive: false, stroke: false, fillColor: layer.land || "#fbfaf7", fillOpacity: layer.land ? 1 : 0 }).addTo(other);
      L.polygon(parts(item.shape), Object.assign({ renderer: pen(layer.pane) }, layer.style, item.style, { interactive: false })).addTo(other);
    }));
    other.getContainer().style.background = map.getContainer().style.background;
    const under = saferGround(Object.assign({}, app, { map: other }));
    const look = (spot, i) => Object.assign(styleOf(spot), { fillColor: fillAt(i) || "#ffffff", dashArray: fillAt(i) ? null : "4 3" });
    const shapes = spots.map((spot, i) => L.polygon(parts(spot.shape), Object.assign({ renderer: pen("spots") }, look(spot, i))).on("click", () => details.open(spot, null)).addTo(other));
    const named = labeller(other, under, (spot) => fillAt(spots.indexOf(spot)) || "#ffffff");
    const redraw = () => { shapes.forEach((shape, i) => shape.setStyle(look(spots[i], i))); named(); };
    other.on("moveend resize", named);
    other.on("zoomend", redraw);
    app.second = { map: other, ground: under, whens: ["", ""] };
    return redraw;
  };
  /* back to the whole; and where the page scrolls under one finger, two move the map */
  const edge = (position, el) => { const control = L.control({ position }); control.onAdd = () => { L.DomEvent.disableClickPropagation(el); return el; }; control.addTo(map); };
  const all = make("button", "sh-button sh-whole", "All");
  all.type = "button";
  all.setAttribute("aria-label", "Show the whole map");
  all.addEventListener("click", () => { if (data.bounds) map.fitBounds(data.bounds, { padding: [24, 30], animate: !calm }); say("The whole map is shown."); });
  edge("bottomright", all);
  if (window.matchMedia("(pointer: coarse)").matches && getComputedStyle(document.querySelector(".sh-panel")).overflowY !== "auto") {
    map.dragging.disable();
    edge("topleft", make("div", "sh-edge", "Two fingers move the map"));
  }
  let through = false;
  map.on("zoomend", () => { if (app.seeThrough() !== through) { through = !through; spots.forEach((spot) => spot.layer.setStyle(styleOf(spot))); } });
  map.on("moveend resize", label);
  map.on("popupopen popupclose", (event) => map.getContainer().classList.toggle("sh-open", event.type === "popupopen"));

  /* ---- the panel ---- */
  const paint = () => {
    spots.forEach((spot) => spot.layer.setStyle(styleOf(spot)));
    document.querySelectorAll(".sh-legend").forEach((el) => { el.hidden = Boolean(app.fills) || el.dataset.by !== colourBy; });
    const by = document.querySelector("input[name=sh-by]");
    if (by) by.closest("fieldset").disabled = Boolean(app.fills); // what is counted decides the colours
  };
  document.querySelectorAll("input[name=sh-by]").forEach((input) => input.addEventListener("change", () => {
    colourBy = input.value;
    paint();
    label();
    say("The " + data.noun + "s are now coloured by " + input.dataset.word + ".");
  }));
  document.querySelectorAll("input[data-layer]").forEach((input) => input.addEventListener("change", () => {
    const group = groups[input.dataset.layer];
    if (input.checked) group.addTo(map); else group.remove();
    label();
    say(input.dataset.word + (input.checked ? " shown on the map." : " hidden."));
  }));
  saferList(app, details);
  saferTwo(app, { scale, filters, recolour, column, draw: drawSecond });
  $("shoot").addEventListener("click", picture.save);
  document.querySelectorAll(".sh-about").forEach((fold) => { fold.open = false; }); // read once, and whole without scripts and in print
  document.documentElement.classList.add("sh-live");
  map.invalidateSize({ animate: false });
  if (data.bounds) map.fitBounds(data.bounds, { padding: [24, 30], animate: false });
  paint();
  label();
  details.follow();
}
