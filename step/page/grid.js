// A value as a heatmap. What is drawn is a canvas; what is read is a grid of which only the chosen
// cell is an element.

const SMALLEST = 6, LARGEST = 46, HIGH = 26; // pixels of a cell
const LONGEST = 110, TALLEST = 720; // pixels of a name, and of all rows
const FONT = "12px 'Noto Sans', Helvetica, Arial, 'Noto Sans CJK SC', 'PingFang SC', sans-serif";
const width = signal(320); // of what is there for a grid
const SHADES = [...Array(11).keys()]; // of values, from nothing to the largest
const night = matchMedia("(prefers-color-scheme: dark)");
const isNight = signal(night.matches);
night.addEventListener("change", () => { isNight.value = night.matches; });

// The colours of the theme as it is now.
const palette = computed(() => {
  [theme.value, isNight.value];
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  const shades = (name) => SHADES.map((n) => read(`${name}${n}`));
  return {
    soft: read("soft"), lit: read("lit"),
    cells: { p: shades("cells-p"), n: shades("cells-n") },
    inks: { p: shades("inks-p"), n: shades("inks-n") },
  };
});

const clamp = (x, low, high) => Math.max(low, Math.min(high, x));
const ruler = document.createElement("canvas").getContext("2d");
ruler.font = FONT;
const textWidth = (text) => ruler.measureText(text).width;

// The two last axes lie on the page, of the others one place each.
const laid = (part) => {
  const { shape } = part, rank = shape.length;
  const rows = rank > 1 ? shape[rank - 2] : 1, columns = rank ? shape[rank - 1] : 1;
  const lead = shape.slice(0, Math.max(0, rank - 2))
    .map((length, axis) => Math.min(axes.value[part.names[axis]] ?? 0, length - 1));
  return {
    rows, columns, lead,
    rowsShown: evenly(rows, MOST_ROWS), columnsShown: evenly(columns, MOST_COLUMNS),
    at: (row, column) => [...lead, ...(rank > 1 ? [row] : []), ...(rank ? [column] : [])],
  };
};

// How much room each part takes, in pixels. Words stand upright where they are too long for a cell.
const measured = (part, lay) => {
  const rank = part.shape.length;
  const names = (axis, places) => (axis < 0 ? [""] : places.map((n) => placeName(part, axis, n)));
  const rowNames = names(rank - 2, lay.rowsShown), columnNames = names(rank - 1, lay.columnsShown);
  const widest = (texts) => Math.ceil(Math.min(LONGEST, Math.max(...texts.map(textWidth)))) + 6;
  const left = widest(rowNames);
  const wide = clamp((width.value - left - 2) / lay.columnsShown.length, SMALLEST, LARGEST);
  const high = clamp(Math.min(wide, TALLEST / lay.rowsShown.length), SMALLEST, HIGH);
  const words = columnNames.some((name) => !/^\d*$/.test(name));
  const upright = words && columnNames.some((name) => textWidth(name) > wide - 2);
  return { rowNames, columnNames, left, top: upright ? widest(columnNames) : 18, wide, high, words, upright };
};

const extentOf = (part) => {
  let low = Infinity, high = -Infinity;
  for (const place of placesOf(part.shape, part)) {
    const x = part.data[place];
    if (Number.isFinite(x)) [low, high] = [Math.min(low, x), Math.max(high, x)];
  }
  return low <= high ? [low, high] : null;
};

const paint = (canvas, part, lay, room, extent, before, sources) => {
  const { left, top, wide, high } = room, ratio = devicePixelRatio || 1;
  const size = [left + wide * lay.columnsShown.length + 2, top + high * lay.rowsShown.length + 2];
  [canvas.width, canvas.height] = size.map((length) => Math.ceil(length * ratio));
  [canvas.style.width, canvas.style.height] = size.map((length) => `${length}px`);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  pen.font = FONT;
  pen.textBaseline = "middle";
  paintNames(pen, room);
  const most = extent ? Math.max(...extent.map(Math.abs)) : 0;
  const strongest = Math.max(0, ...[...sources.values()].map(Math.abs));
  lay.rowsShown.forEach((row, r) => lay.columnsShown.forEach((column, c) => {
    const place = lay.at(row, column), x = numberAt(part, place);
    const cell = { x: left + c * wide, y: top + r * high, wide, high };
    paintCell(pen, cell, x, most, part.dtype);
    if (before && !Object.is(numberAt(before, place), x)) paintCorner(pen, cell);
    const share = sources.size ? sources.get(wholeIndex(part, place).join()) : undefined;
    if (share !== undefined) paintFrame(pen, cell, strongest ? Math.abs(share) / strongest : 0);
  }));
};

const paintNames = (pen, { rowNames, columnNames, left, top, wide, high, words, upright }) => {
  pen.fillStyle = palette.value.soft;
  pen.textAlign = "right";
  if (high >= 11) rowNames.forEach((name, n) => pen.fillText(name, left - 5, top + (n + 0.5) * high, left - 6));
  pen.textAlign = upright ? "left" : "center";
  const room = words ? 12 : textWidth(columnNames.at(-1)) + 4;
  columnNames.forEach((name, n) => {
    if (n % Math.ceil(room / wide)) return; // not all numbers have room
    pen.save();
    pen.translate(left + (n + 0.5) * wide, top - (upright ? 5 : 9));
    if (upright) pen.rotate(-Math.PI / 2);
    pen.fillText(name, 0, 0, LONGEST);
    pen.restore();
  });
};

const paintCell = (pen, { x: left, y: top, wide, high }, x, most, dtype) => {
  const sign = x < 0 ? "n" : "p", gap = wide > 8 ? 1 : 0, finite = Number.isFinite(x);
  const shade = finite && most ? Math.round((Math.abs(x) / most) * 10) : 0;
  pen.fillStyle = palette.value.cells[sign][shade];
  pen.fillRect(left, top, wide - gap, high - gap);
  pen.strokeStyle = pen.fillStyle = palette.value.inks[sign][shade];
  if (!finite) paintHatch(pen, left, top, wide - gap, high - gap);
  if (wide < 34 || high < 14) return;
  pen.textAlign = "center";
  pen.fillText(tiny(x, dtype), left + wide / 2, top + high / 2 + 1, wide - 4);
};

// No shade stands for what is no number.
const paintHatch = (pen, left, top, wide, high) => {
  pen.globalAlpha = 0.35;
  pen.lineWidth = 1;
  pen.beginPath();
  for (let at = 4; at < wide + high; at += 5) {
    pen.moveTo(left + Math.max(0, at - high), top + Math.min(at, high));
    pen.lineTo(left + Math.min(at, wide), top + Math.max(0, at - wide));
  }
  pen.stroke();
  pen.globalAlpha = 1;
};

// A cell that is another than without changes.
const paintCorner = (pen, { x, y, wide, high }) => {
  const right = x + wide - 1, size = Math.min(9, wide / 2, high / 2);
  pen.beginPath();
  pen.moveTo(right, y);
  pen.lineTo(right - size, y);
  pen.lineTo(right, y + size);
  pen.fill();
};

// A cell that the chosen one comes from: the more of it, the thicker.
const paintFrame = (pen, { x, y, wide, high }, part) => {
  const line = 1 + 2 * part;
  pen.strokeStyle = palette.value.lit;
  pen.lineWidth = line;
  pen.strokeRect(x + line / 2, y + line / 2, wide - 1 - line, high - 1 - line);
};

const NONE = new Map();
let grids = 0; // so many were made

// One value: what it is called, a place to choose along each leading axis, the heatmap, and the number
// of the chosen cell.
const Grid = ({ id, at, name, sources = NONE }) => {
  const canvas = useRef(), cellId = kept(() => `cell-${++grids}`), part = partOf(id, at), lay = laid(part), room = measured(part, lay);
  const before = changed.value.has(id) ? partOf(id, at, machine.original(id)) : null;
  const extent = extentOf(part);
  useLayoutEffect(() => {
    if (part.held) paint(canvas.current, part, lay, room, extent, before, sources);
  });
  const here = (cell) => cell && cell.id === id && placesIn(part, lay, cell.index);
  const chosen = here(picked.value), pointed = here(hovered.value) ?? chosen;
  const choose = (row, column) => { picked.value = { id, index: wholeIndex(part, lay.at(row, column)) }; };
  const under = (event) => {
    const box = canvas.current.getBoundingClientRect();
    const c = Math.floor((event.clientX - box.left - room.left) / room.wide);
    const r = Math.floor((event.clientY - box.top - room.top) / room.high);
    return lay.rowsShown[r] === undefined || lay.columnsShown[c] === undefined ? null
      : [lay.rowsShown[r], lay.columnsShown[c]];
  };
  const keys = (event) => {
    const [row, column] = chosen || [0, 0];
    const ends = { Home: [row, 0], End: [row, lay.columns - 1] };
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const [r, c] = ends[event.key] ?? (by && chosen ? [row + by[0], column + by[1]] : [row, column]);
    if (event.key === "Escape") picked.value = null;
    else if (!by && !ends[event.key]) return;
    else choose(clamp(r, 0, lay.rows - 1), clamp(c, 0, lay.columns - 1));
    event.preventDefault();
  };
  const marked = changed.value.has(id) && h("span", { class: "mark" }, `≠ ${t("is-changed")}`);
  if (!part.held) return h("section", { class: "value" }, h("h4", null, name), h("p", { class: "note" }, t("not-held")));
  return h("section", { class: "value" },
    h("h4", null, h("bdi", null, name), " ", h("span", { class: "shape" }, shapeText(part)), " ", marked),
    h(Leads, { part, lay }),
    h("div", {
      class: "grid", role: "grid", tabindex: 0, "aria-label": `${name}, ${shapeText(part)}`,
      "aria-rowcount": lay.rows, "aria-colcount": lay.columns, "aria-readonly": "true",
      "aria-activedescendant": chosen ? `${cellId}-${chosen.join("-")}` : undefined,
      onKeyDown: keys,
      onFocus: (event) => event.currentTarget.matches(":focus-visible") && !chosen && choose(0, 0),
      onPointerMove: (event) => {
        const cell = under(event);
        hovered.value = cell && { id, index: wholeIndex(part, lay.at(...cell)) };
      },
      onPointerLeave: () => { hovered.value = null; },
      onClick: (event) => { const cell = under(event); if (cell) choose(...cell); },
    },
    h("canvas", { ref: canvas, "aria-hidden": "true" }),
    h(Cell, { cellId, part, lay, room, cell: chosen || [0, 0], shown: Boolean(chosen) })),
    h("p", { class: "readout" },
      pointed ? cellText(part, lay, pointed, before)
        : extent ? t("range", brief(extent[0], part.dtype), brief(extent[1], part.dtype)) : " "),
    h(Sampled, { id, part, lay }));
};

// At which row and column the element at an index of the whole value is shown; null if it is not.
const placesIn = (part, lay, index) => {
  const found = part.shape.map((length, axis) => part.placeOf(axis, index[axis]));
  const last = found.slice(lay.lead.length);
  if (found.includes(-1) || lay.lead.some((n, axis) => found[axis] !== n)) return null;
  return last.length > 1 ? last : [0, last[0] ?? 0];
};

const cellText = (part, lay, [row, column], before) => {
  const place = lay.at(row, column), rank = part.shape.length;
  const words = [rank - 2, rank - 1].filter((axis) => axis >= 0).map((axis) => placeName(part, axis, place[axis]))
    .filter((name) => !/^\d+$/.test(name));
  const x = numberAt(part, place), was = before && numberAt(before, place);
  const text = `${placeText(wholeIndex(part, place))} ${words.join(", ")}`.trim();
  return `${text}${text ? " = " : ""}${exact(x, part.dtype)}${
    before && !Object.is(was, x) ? ` (${t("was", exact(was, part.dtype))})` : ""}`;
};

// The one cell that is an element, at the place of what is drawn.
const Cell = ({ cellId, part, lay, room, cell: [row, column], shown }) => {
  const nearest = (places, n) => places.reduce((best, p, place) =>
    (Math.abs(p - n) < Math.abs(places[best] - n) ? place : best), 0);
  const r = nearest(lay.rowsShown, row), c = nearest(lay.columnsShown, column);
  return h("div", { role: "row", "aria-rowindex": row + 1 },
    h("div", {
      role: "gridcell", id: `${cellId}-${row}-${column}`, class: shown ? "cell" : "cell away",
      "aria-colindex": column + 1, "aria-selected": String(shown),
      "aria-label": cellText(part, lay, [row, column]),
      style: {
        left: `${room.left + c * room.wide}px`, top: `${room.top + r * room.high}px`,
        width: `${room.wide}px`, height: `${room.high}px`,
      },
    }));
};

const Leads = ({ part, lay }) => {
  const long = lay.lead.map((_, axis) => axis).filter((axis) => part.shape[axis] > 1);
  if (!long.length) return null;
  return h("div", { class: "leads" }, long.map((axis) => {
    const name = part.names[axis], set = (n) => { axes.value = { ...axes.value, [name]: n }; };
    return h("label", null, /^\d+$/.test(name) ? t("axis", axis) : name, " ",
      h("select", { value: lay.lead[axis], onChange: (event) => set(Number(event.target.value)) },
        Array.from({ length: part.shape[axis] }, (_, n) =>
          h("option", { value: n, selected: n === lay.lead[axis] }, placeName(part, axis, n)))));
  }));
};

const Sampled = ({ id, part, lay }) => {
  const node = program.nodes[id], some = lay.rowsShown.length < lay.rows || lay.columnsShown.length < lay.columns;
  return [
    some && h("p", { class: "note" }, t("sampled", lay.rowsShown.length, lay.rows, lay.columnsShown.length, lay.columns)),
    node.sampled && h("p", { class: "note" }, t("few", part.data.length, sizeOf(node.shape))),
  ];
};
