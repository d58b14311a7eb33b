/* What the map shows now as a picture: for a slide, and for one hotspot on one page. Its marking goes with it. */
function saferPicture(app) {
  const { map, ground, make, say } = app;
  const text = (id) => { const el = document.querySelector(id); return el ? el.textContent.trim() : ""; };
  const paneOf = (layer) => (layer.options.renderer ? layer.options.renderer.options.pane : layer.options.pane);
  const rings = (points, out) => { if (points.length && points[0].lat !== undefined) out.push(points); else points.forEach((more) => rings(more, out)); return out; };

  const path = (pen, layer, map) => {
    const look = layer.options;
    pen.beginPath();
    if (layer.getRadius) {
      const at = map.latLngToLayerPoint(layer.getLatLng());
      pen.arc(at.x, at.y, layer._radius || 0, 0, 7);
    } else {
      rings(layer.getLatLngs(), []).forEach((line) => {
        line.forEach((at, i) => { const p = map.latLngToLayerPoint(at); if (i) pen.lineTo(p.x, p.y); else pen.moveTo(p.x, p.y); });
        if (layer instanceof L.Polygon) pen.closePath();
      });
    }
    if (look.fill !== false && (layer instanceof L.Polygon || layer.getRadius)) {
      pen.globalAlpha = look.fillOpacity === undefined ? 0.2 : look.fillOpacity;
      pen.fillStyle = look.fillColor || look.color;
      pen.fill("evenodd");
    }
    pen.globalAlpha = look.opacity === undefined ? 1 : look.opacity;
    if (look.stroke !== false) {
      pen.strokeStyle = look.color; pen.lineWidth = look.weight;
      pen.setLineDash(look.dashArray ? look.dashArray.split(" ").map(Number) : []);
      pen.stroke();
    }
    pen.setLineDash([]); pen.globalAlpha = 1;
  };
  const label = (pen, el, at) => {
    const style = getComputedStyle(el), box = el.getBoundingClientRect(), plain = el.className.includes("sh-street") || el.className.includes("sh-area");
    pen.font = style.fontStyle + " " + style.fontWeight + " " + style.fontSize + " Arial, sans-serif";
    if (!plain) {
      pen.fillStyle = style.backgroundColor; pen.strokeStyle = style.borderTopColor; pen.lineWidth = 1.5;
      pen.beginPath(); pen.rect(at.x - box.width / 2, at.y - box.height / 2, box.width, box.height); pen.fill(); pen.stroke();
    } else { pen.strokeStyle = "#ffffff"; pen.lineWidth = 3; pen.strokeText(el.textContent, at.x, at.y); }
    pen.fillStyle = style.color;
    const lines = el.textContent.split("\n");
    lines.forEach((line, i) => pen.fillText(line, at.x, at.y + 14 * (i - (lines.length - 1) / 2)));
  };
  /* one map, at so many pixels from the left and the top */
  const side = (pen, { map, ground, when }, left, top) => {
    const size = map.getSize(), corner = map.containerPointToLayerPoint([0, 0]);
    const pane = (layer) => { const one = map.getPane(paneOf(layer)); return one ? Number(one.style.zIndex) : 400; };
    pen.save();
    pen.beginPath(); pen.rect(left, top, size.x, size.y); pen.clip();
    pen.fillStyle = "#e3e8ec"; pen.fillRect(left, top, size.x, size.y);
    pen.translate(left - corner.x, top - corner.y);
    const paths = [], marks = [];
    map.eachLayer((layer) => { if (layer instanceof L.Path) paths.push(layer); else if (layer instanceof L.Marker && layer.getElement()) marks.push(layer); });
    paths.sort((a, b) => pane(a) - pane(b));
    paths.filter((layer) => pane(layer) < 325).forEach((layer) => path(pen, layer, map));
    const view = L.bounds(corner, corner.add(size));
    if (ground.on) { pen.save(); ground.paint(pen, view); pen.restore(); }
    paths.filter((layer) => pane(layer) >= 325).forEach((layer) => path(pen, layer, map));
    if (ground.on) pen.drawImage(ground.over._container, ground.over._bounds.min.x, ground.over._bounds.min.y, ground.over._bounds.getSize().x, ground.over._bounds.getSize().y);
    pen.textAlign = "center"; pen.textBaseline = "middle"; pen.lineJoin = "round";
    marks.forEach((mark) => {
      const el = mark.getElement(), box = el.getBoundingClientRect(), base = map.getContainer().getBoundingClientRect();
      label(pen, el, L.point(box.left - base.left + box.width / 2, box.top - base.top + box.height / 2).add(corner));
    });
    pen.restore();
    if (when) {
      pen.font = "700 13px Arial, sans-serif"; pen.textAlign = "left"; pen.textBaseline = "middle";
      pen.fillStyle = "#ffffff"; pen.fillRect(left + 6, top + 6, pen.measureText(when).width + 12, 22);
      pen.fillStyle = "#0b1f33"; pen.fillText(when, left + 12, top + 17, size.x - 24);
    }
  };
  const draw = () => {
    const sides = [{ map, ground, when: app.second ? app.second.whens[0] : "" }, ...(app.second ? [{ map: app.second.map, ground: app.second.ground, when: app.second.whens[1] }] : [])];
    const size = L.point(sides.reduce((sum, one) => sum + one.map.getSize().x + 4, -4), map.getSize().y), sharp = 2, band = 26, marking = text(".sh-marking");
    const foot = [text("h1"), text(".sh-head p"), text(".sh-foot p:not(.sh-how)")].filter(Boolean);
    const legend = document.querySelector("#sh-counted:not([hidden])") || document.querySelector(".sh-legend:not([hidden])");
    const key = legend ? [...legend.querySelectorAll("li")].map((li) => [getComputedStyle(li.querySelector(".sh-key")).backgroundColor, li.textContent.trim()]) : [];
    const top = marking ? band : 0, canvas = document.createElement("canvas");
    canvas.width = sharp * size.x; canvas.height = sharp * (size.y + 2 * top + 18 * (foot.length + (key.length ? 2 : 0)) + 8);
    const pen = canvas.getContext("2d");
    pen.scale(sharp, sharp);
    pen.fillStyle = "#ffffff"; pen.fillRect(0, 0, canvas.width, canvas.height);
    sides.reduce((left, one) => { side(pen, one, left, top); return left + one.map.getSize().x + 4; }, 0);
    pen.textAlign = "left"; pen.textBaseline = "alphabetic"; pen.fillStyle = "#0b1f33";
    foot.forEach((line, i) => { pen.font = (i ? "" : "700 ") + "12px Arial, sans-serif"; pen.fillText(line, 6, top + size.y + 15 + 18 * i, size.x - 12); });
    if (key.length) {
      const y = top + size.y + 15 + 18 * foot.length, wide = Math.min((size.x - 12) / key.length, 150);
      pen.font = "700 12px Arial, sans-serif"; pen.fillText(legend.querySelector("h2").textContent, 6, y, size.x - 12);
      pen.font = "12px Arial, sans-serif"; pen.lineWidth = 1.5; pen.strokeStyle = "#0b1f33";
      key.forEach(([colour, words], i) => {
        pen.fillStyle = colour; pen.fillRect(6 + i * wide, y + 8, 14, 11); pen.strokeRect(6 + i * wide, y + 8, 14, 11);
        pen.fillStyle = "#0b1f33"; pen.fillText(words, 24 + i * wide, y + 18, wide - 22);
      });
    }
    if (marking) {
      [0, canvas.height / sharp - band].forEach((y) => {
        pen.fillStyle = "#0b1f33"; pen.fillRect(0, y, size.x, band);
        pen.fillStyle = "#ffffff"; pen.font = "700 14px Arial, sans-serif"; pen.textAlign = "center"; pen.fillText(marking, size.x / 2, y + 18);
      });
    }
    return canvas;
  };
  const save = () => draw().toBlob((blob) => {
    const link = make("a");
    link.href = URL.createObjectURL(blob);
    link.download = document.title.replace(/[^\w ,()-]+/g, " ").trim() + ".png";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    say("Picture saved.");
  });
  /* one hotspot on one page: what the map shows of it, and its details; both folds open */
  const print = (box) => {
    const picture = make("img", "sh-shot");
    picture.alt = "The map around this place.";
    picture.src = draw().toDataURL("image/png");
    box.querySelector("h2").after(picture);
    const folds = [...box.querySelectorAll("details")];
    folds.forEach((fold) => { fold.open = true; });
    document.documentElement.classList.add("sh-one");
    const done = () => { document.documentElement.classList.remove("sh-one"); picture.remove(); };
    window.addEventListener("afterprint", done, { once: true });
    picture.decode().then(() => window.print(), () => window.print());
  };
  return { save, print };
}
