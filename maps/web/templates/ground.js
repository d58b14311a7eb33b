/* The ground under the hotspots, on one canvas; names of streets along their lines and of places, on another. */
function saferGround(app) {
  const { map, data, spots } = app;
  const layers = data.ground || [];
  if (!layers.length) return { on: false, names: () => {}, find: () => [] };

  /* ---- decode: varints in base64; every shape with its lines in units of the world at zoom 0 ---- */
  const decode = (layer) => {
    const text = atob(layer.data), shapes = [];
    let i = 0, x = 0, y = 0;
    const next = () => {
      let value = 0, shift = 1, byte = 0;
      do { byte = text.charCodeAt(i++); value += (byte & 127) * shift; shift *= 128; } while (byte & 128);
      return value;
    };
    const step = () => { const v = next(); return v % 2 ? -(v + 1) / 2 : v / 2; };
    while (i < text.length) {
      const shape = { name: layer.names[next() - 1] || "", lines: [], box: null };
      let west = 1e9, north = 1e9, east = -1e9, south = -1e9;
      for (let n = next(); n > 0; n--) {
        const count = next(), line = new Float64Array(2 * count);
        for (let k = 0; k < 2 * count; k += 2) {
          x += step(); y += step();
          const sin = Math.sin(y / 1e5 * Math.PI / 180);
          line[k] = 256 * (x / 1e5 / 360 + 0.5);
          line[k + 1] = 256 * (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI));
          if (line[k] < west) west = line[k];
          if (line[k] > east) east = line[k];
          if (line[k + 1] < north) north = line[k + 1];
          if (line[k + 1] > south) south = line[k + 1];
        }
        shape.lines.push(line);
      }
      shape.box = [west, north, east, south];
      shapes.push(shape);
    }
    return shapes;
  };
  /* each layer is decoded when it is first drawn or searched: a map of a whole city opens with its main roads */
  const ground = layers.map((layer) => {
    let shapes = null;
    return { kind: layer.kind, rank: layer.rank, named: layer.names.length > 0, get shapes() { return shapes = shapes || decode(layer); } };
  });

  /* ---- looks: by kind, and of roads by rank (main, middle, local, path) ---- */
  const fills = { green: "#dfe9d3", water: "#c3d9e6", building: "#e6e1d8" };
  const roads = [
    { from: 0, width: 3.6, fill: "#cfd6de", edge: "#7d8894" },
    { from: 11.5, width: 2.9, fill: "#e9edf1", edge: "#98a2ac" },
    { from: 13, width: 2.2, fill: "#ffffff", edge: "#a9b0b7" },
    { from: 15, width: 0.7, fill: "#b4b8bc", edge: "" },
  ];
  const fromOf = (layer) => (layer.kind === "road" ? roads[layer.rank].from : { building: 15, green: 11, water: 0, rail: 11 }[layer.kind]);
  const seen = (shape, view) => shape.box[0] < view[2] && shape.box[2] > view[0] && shape.box[1] < view[3] && shape.box[3] > view[1];

  const Sheet = L.Renderer.extend({
    initialize(options) { L.setOptions(this, options); L.stamp(this); this._layers = {}; },
    _initContainer() { this._container = document.createElement("canvas"); this._container.setAttribute("aria-hidden", "true"); },
    _destroyContainer() { L.DomUtil.remove(this._container); delete this._container; },
    _reset() { this._bounds = null; L.Renderer.prototype._reset.call(this); },
    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      const corner = map.containerPointToLayerPoint([0, 0]);
      /* what is drawn reaches beyond the window: a short move needs nothing new */
      if (this._bounds && this._zoom === map.getZoom() && this._bounds.contains(L.bounds(corner, corner.add(map.getSize())))) return;
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize(), canvas = this._container, sharp = Math.min(2, window.devicePixelRatio || 1);
      L.DomUtil.setPosition(canvas, this._bounds.min);
      canvas.width = sharp * size.x; canvas.height = sharp * size.y;
      canvas.style.width = size.x + "px"; canvas.style.height = size.y + "px";
      const pen = canvas.getContext("2d");
      pen.setTransform(sharp, 0, 0, sharp, -sharp * this._bounds.min.x, -sharp * this._bounds.min.y);
      if (this.options.draw) this.options.draw(pen, this._bounds);
    },
  });

  /* a place of the ground in pixels of the map's layers, and what of the world lies inside some of these */
  const frame = (bounds) => {
    const scale = Math.pow(2, map.getZoom()), origin = map.getPixelOrigin();
    return { scale, ox: origin.x, oy: origin.y, view: [(bounds.min.x + origin.x) / scale, (bounds.min.y + origin.y) / scale, (bounds.max.x + origin.x) / scale, (bounds.max.y + origin.y) / scale] };
  };
  const trace = (pen, layer, at) => {
    pen.beginPath();
    layer.shapes.forEach((shape) => {
      if (!seen(shape, at.view)) return;
      shape.lines.forEach((line) => {
        for (let k = 0; k < line.length; k += 2) {
          const px = line[k] * at.scale - at.ox, py = line[k + 1] * at.scale - at.oy;
          if (k) pen.lineTo(px, py); else pen.moveTo(px, py);
        }
      });
    });
  };
  const paint = (pen, bounds) => {
    const zoom = map.getZoom(), at = frame(bounds), grow = Math.pow(2, 0.62 * Math.max(-3, Math.min(3, zoom - 15)));
    pen.lineJoin = pen.lineCap = "round";
    const there = ground.filter((layer) => layer.kind !== "place" && zoom >= fromOf(layer));
    there.filter((layer) => layer.kind !== "road").forEach((layer) => {
      trace(pen, layer, at);
      if (layer.kind === "rail") { pen.strokeStyle = "#8d8f94"; pen.lineWidth = 1.4; pen.setLineDash([7, 3]); pen.stroke(); pen.setLineDash([]); return; }
      pen.fillStyle = fills[layer.kind];
      if (layer.kind !== "water") pen.fill("evenodd");
      else {
        layer.shapes.forEach((shape) => { /* a line of water is a stream, a ring a lake */
          if (!seen(shape, at.view)) return;
          const line = shape.lines[0], closed = line[0] === line[line.length - 2] && line[1] === line[line.length - 1];
          trace(pen, { shapes: [shape] }, at);
          if (closed) pen.fill("evenodd"); else { pen.strokeStyle = fills.water; pen.lineWidth = 2 * grow; pen.stroke(); }
        });
      }
    });
    const streets = there.filter((layer) => layer.kind === "road");
    streets.forEach((layer) => { const look = roads[layer.rank]; if (look.edge) { trace(pen, layer, at); pen.strokeStyle = look.edge; pen.lineWidth = look.width * grow + 1.4; pen.stroke(); } });
    streets.forEach((layer) => { const look = roads[layer.rank]; trace(pen, layer, at); pen.strokeStyle = look.fill; pen.lineWidth = look.width * grow; pen.stroke(); });
  };

  /* ---- names: streets by rank, then places; none over another, over a number or over an area's name ---- */
  const namesFrom = [13.5, 14.5, 15, 16.5], placesFrom = [15, 16, 16.5]; // landmarks known from afar come first
  const font = (layer) => (layer.kind === "place" ? "italic 11px" : layer.rank === 0 ? "700 12px" : layer.rank === 1 ? "600 12px" : "11px") + ' "Segoe UI", Arial, sans-serif';
  const widths = new Map();
  const widthOf = (pen, text) => {
    const key = pen.font + text;
    if (!widths.has(key)) widths.set(key, pen.measureText(text).width);
    return widths.get(key);
  };
  const taken = { cells: new Set() };
  const cells = (x, y, half, act) => {
    for (let cx = Math.floor((x - half) / 8); cx <= Math.floor((x + half) / 8); cx++) {
      for (let cy = Math.floor((y - half) / 8); cy <= Math.floor((y + half) / 8); cy++) if (act(cx * 100003 + cy)) return true;
    }
    return false;
  };
  const claim = (points, half) => {
    if (points.some(([x, y]) => cells(x, y, half, (cell) => taken.cells.has(cell)))) return false;
    points.forEach(([x, y]) => cells(x, y, half, (cell) => { taken.cells.add(cell); return false; }));
    return true;
  };
  const write = (pen, text, x, y, turn, colour) => {
    pen.save();
    pen.translate(x, y); pen.rotate(turn);
    pen.strokeStyle = "rgba(255,255,255,.92)"; pen.lineWidth = 3.2; pen.strokeText(text, 0, 0);
    pen.fillStyle = colour; pen.fillText(text, 0, 0);
    pen.restore();
  };
  /* the straight stretch of a line, as long as the name and nearest to the middle of what is seen */
  const along = (line, at, width, inside) => {
    const n = line.length / 2, x = [], y = [], far = [0];
    for (let k = 0; k < n; k++) {
      x.push(line[2 * k] * at.scale - at.ox); y.push(line[2 * k + 1] * at.scale - at.oy);
      if (k) far.push(far[k - 1] + Math.hypot(x[k] - x[k - 1], y[k] - y[k - 1]));
    }
    const length = far[n - 1];
    if (!(length >= width)) return [];
    const point = (d) => {
      let k = 1;
      while (k < n - 1 && far[k] < d) k++;
      const t = (d - far[k - 1]) / (far[k] - far[k - 1] || 1);
      return [x[k - 1] + t * (x[k] - x[k - 1]), y[k - 1] + t * (y[k] - y[k - 1])];
    };
    const found = [], stride = Math.max(width / 3, (length - width) / 40);
    for (let d = 0; d + width <= length; d += stride || width) {
      const a = point(d), b = point(d + width), m = point(d + width / 2);
      const chord = Math.hypot(b[0] - a[0], b[1] - a[1]);
      const off = Math.abs((b[0] - a[0]) * (a[1] - m[1]) - (a[0] - m[0]) * (b[1] - a[1])) / (chord || 1);
      if (chord > 0.96 * width && off < 4 && inside(a) && inside(b)) found.push({ a, b, from: Math.abs(d + width / 2 - length / 2) });
    }
    return found.sort((p, q) => p.from - q.from).slice(0, 4);
  };
  const namesOf = (pen, bounds) => {
    const zoom = map.getZoom(), at = frame(bounds);
    const inside = (p) => p[0] > bounds.min.x + 4 && p[0] < bounds.max.x - 4 && p[1] > bounds.min.y + 4 && p[1] < bounds.max.y - 4;
    pen.textAlign = "center"; pen.textBaseline = "middle"; pen.lineJoin = "round";
    [0, 1, 2, 3].forEach((rank) => ground.filter((layer) => layer.kind === "road" && layer.rank === rank && zoom >= namesFrom[rank]).forEach((layer) => {
      pen.font = font(layer);
      layer.shapes.forEach((shape) => {
        if (!shape.name || !seen(shape, at.view)) return;
        const width = widthOf(pen, shape.name) + 4;
        let best = [];
        shape.lines.forEach((line) => { best = best.concat(along(line, at, width, inside)); });
        for (const { a, b } of best.slice(0, 6)) {
          const steps = Math.ceil(width / 10), points = [];
          for (let s = 0; s <= steps; s++) points.push([a[0] + (b[0] - a[0]) * s / steps, a[1] + (b[1] - a[1]) * s / steps]);
          if (!claim(points, 5)) continue;
          let turn = Math.atan2(b[1] - a[1], b[0] - a[0]);
          if (Math.abs(turn) > Math.PI / 2) turn += Math.PI;
          write(pen, shape.name, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2, turn, "#0b1f33");
          break;
        }
      });
    }));
    ground.filter((layer) => layer.kind === "place" && zoom >= placesFrom[Math.min(layer.rank, 2)]).sort((p, q) => p.rank - q.rank).forEach((layer) => {
      pen.font = font(layer);
      layer.shapes.forEach((shape) => {
        const x = shape.lines[0][0] * at.scale - at.ox, y = shape.lines[0][1] * at.scale - at.oy;
        const width = widthOf(pen, shape.name);
        if (!seen(shape, at.view) || !inside([x, y]) || !inside([x + width, y])) return;
        const points = [];
        for (let s = 0; s <= width + 8; s += 8) points.push([x + s, y]);
        if (!claim(points, 5)) return;
        pen.fillStyle = "#5a2a82"; pen.beginPath(); pen.arc(x, y, 2.4, 0, 7); pen.fill();
        pen.textAlign = "left"; write(pen, shape.name, x + 5, y, 0, "#4d2470"); pen.textAlign = "center";
      });
    });
  };

  const sheet = new Sheet({ pane: "sh-ground", padding: app.REACH, draw: paint });
  /* names are drawn after the numbers that they keep off, so not by the map's own events */
  const Over = Sheet.extend({
    getEvents() { const all = Sheet.prototype.getEvents.call(this); delete all.moveend; delete all.viewreset; return all; },
  });
  const over = new Over({ pane: "sh-names", padding: app.REACH });
  map.addLayer(sheet);
  map.addLayer(over);
  /* boxes of numbers and of areas' names are in pixels of the window; the names' canvas is in those of the layers */
  const names = (boxes) => {
    over._bounds = null;
    over._update();
    taken.cells.clear();
    const shift = map.containerPointToLayerPoint([0, 0]);
    boxes.forEach((b) => {
      for (let x = b[0]; x <= b[2] + 7; x += 8) for (let y = b[1]; y <= b[3] + 7; y += 8) cells(Math.min(x, b[2]) + shift.x, Math.min(y, b[3]) + shift.y, 1, (cell) => { taken.cells.add(cell); return false; });
    });
    namesOf(over._container.getContext("2d"), over._bounds);
  };
  const find = (plainly, asked) => {
    const found = new Map();
    ground.forEach((layer) => layer.shapes.forEach((shape) => {
      if (!shape.name || found.size > 40 || !plainly(shape.name).includes(asked)) return;
      const old = found.get(shape.name), box = shape.box;
      found.set(shape.name, old ? [Math.min(old[0], box[0]), Math.min(old[1], box[1]), Math.max(old[2], box[2]), Math.max(old[3], box[3])] : box);
    }));
    const corner = (x, y) => map.unproject([x, y], 0);
    return [...found].sort((p, q) => p[0].length - q[0].length).slice(0, 6).map(([name, b]) => ({ name, bounds: L.latLngBounds(corner(b[0], b[3]), corner(b[2], b[1])) }));
  };
  return { on: true, named: ground.some((layer) => layer.kind === "road" && layer.named), names, find, paint, namesOf, sheet, over };
}
