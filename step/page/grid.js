// A value as a heatmap. What is drawn is a canvas; what is read is a grid of which only the chosen
// cell is an element.

const SMALLEST = 6, LARGEST = 46, HIGH = 26; // pixels of a cell
const FONT = "12px 'Noto Sans', Helvetica, Arial, 'Noto Sans CJK SC', 'PingFang SC', sans-serif";
const width = signal(320); // of what is there for a grid
const dark = matchMedia("(prefers-color-scheme: dark)");
const shade = signal(dark.matches);
dark.addEventListener("change", () => { shade.value = dark.matches; });

const palette = computed(() => {
  if (theme.value === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
  const style = shade.value !== null && getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  const steps = [...Array(11).keys()];
  return {
    ink: read("ink"), soft: read("soft"), lit: read("lit"), back: read("background"), edge: read("edge"),
    cells: Object.fromEntries(["p", "n"].map((sign) => [sign, steps.map((n) => read(`cells-${sign}${n}`))])),
    inks: Object.fromEntries(["p", "n"].map((sign) => [sign, steps.map((n) => read(`inks-${sign}${n}`))])),
  };
});

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

// How much room each part takes, in pixels.
const measured = (part, lay) => {
  const rank = part.shape.length, named = (axis) => axis >= 0 && part.shape[axis] > 0;
  const rowNames = named(rank - 2) ? lay.rowsShown.map((n) => placeName(part, rank - 2, n)) : [""];
  const columnNames = named(rank - 1) ? lay.columnsShown.map((n) => placeName(part, rank - 1, n)) : [""];
  const widest = (names) => Math.min(110, Math.max(0, ...names.map(textWidth)));
  const left = Math.ceil(widest(rowNames)) + 6;
  const count = lay.columnsShown.length;
  const wide = Math.max(SMALLEST, Math.min(LARGEST, (width.value - left - 2) / count));
  const high = Math.max(SMALLEST, Math.min(HIGH, wide, 720 / lay.rowsShown.length));
  const flat = columnNames.every((name) => textWidth(name) <= wide - 2);
  const words = columnNames.some((name) => !/^\d+$/.test(name));
  const top = flat ? 18 : words ? Math.ceil(widest(columnNames)) + 6 : 18;
  return { rowNames, columnNames, left, top, wide, high, flat, words };
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
  const { left, top, wide, high, rowNames, columnNames } = room, colours = palette.value;
  const size = [left + wide * lay.columnsShown.length + 2, top + high * lay.rowsShown.length + 2];
  const ratio = devicePixelRatio || 1;
  [canvas.width, canvas.height] = size.map((length) => Math.ceil(length * ratio));
  [canvas.style.width, canvas.style.height] = size.map((length) => `${length}px`);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  pen.font = FONT;
  pen.textBaseline = "middle";
  pen.fillStyle = colours.soft;
  pen.textAlign = "right";
  if (high >= 11) rowNames.forEach((name, n) => pen.fillText(name, left - 5, top + (n + 0.5) * high, left - 6));
  const every = room.words ? Math.ceil(12 / wide) : Math.ceil((textWidth(columnNames.at(-1)) + 4) / wide);
  columnNames.forEach((name, n) => {
    if (n % every) return;
    pen.save();
    pen.translate(left + (n + 0.5) * wide, top - 5);
    if (!room.flat && room.words) pen.rotate(-Math.PI / 2);
    pen.textAlign = !room.flat && room.words ? "left" : "center";
    if (room.flat || !room.words) pen.translate(0, -4);
    pen.fillText(name, 0, 0, 110);
    pen.restore();
  });
  const most = extent ? Math.max(Math.abs(extent[0]), Math.abs(extent[1])) : 0;
  const numbers = wide >= 34 && high >= 14;
  pen.textAlign = "center";
  lay.rowsShown.forEach((row, r) => lay.columnsShown.forEach((column, c) => {
    const place = lay.at(row, column), x = numberAt(part, place);
    const [px, py] = [left + c * wide, top + r * high], gap = wide > 8 ? 1 : 0;
    const sign = x < 0 ? "n" : "p", finite = Number.isFinite(x);
    const step = finite && most ? Math.round((Math.abs(x) / most) * 10) : 0;
    pen.fillStyle = colours.cells[sign][step];
    pen.fillRect(px, py, wide - gap, high - gap);
    pen.strokeStyle = pen.fillStyle = colours.inks[sign][step];
    if (!finite) {
      pen.globalAlpha = 0.35;
      pen.beginPath(); // hatched: no shade stands for it
      for (let at = 4; at < wide + high; at += 5) {
        pen.moveTo(px + Math.max(0, at - high), py + Math.min(at, high));
        pen.lineTo(px + Math.min(at, wide), py + Math.max(0, at - wide));
      }
      pen.stroke();
      pen.globalAlpha = 1;
    }
    if (numbers) pen.fillText(tiny(x, part.dtype), px + wide / 2, py + high / 2 + 1, wide - 4);
    if (before && !Object.is(before.data[placeOf(place, before)], x)) {
      pen.beginPath();
      pen.moveTo(px + wide - gap, py);
      pen.lineTo(px + wide - gap - Math.min(9, wide / 2), py);
      pen.lineTo(px + wide - gap, py + Math.min(9, high / 2));
      pen.fill();
    }
  }));
  const strongest = Math.max(0, ...[...sources.values()].map(Math.abs));
  pen.strokeStyle = colours.lit;
  lay.rowsShown.forEach((row, r) => lay.columnsShown.forEach((column, c) => {
    const share = sources.get(part.whole(lay.at(row, column)).join());
    if (share === undefined) return;
    const line = 1 + 2 * (strongest ? Math.abs(share) / strongest : 0);
    pen.lineWidth = line;
    pen.strokeRect(left + c * wide + line / 2, top + r * high + line / 2, wide - 1 - line, high - 1 - line);
  }));
};

const NONE = new Map();

// One value: what it is called, a place to choose along each leading axis, the heatmap, and the number
// of the chosen cell.
const Grid = ({ id, at, name, sources = NONE }) => {
  const canvas = useRef(), part = partOf(id, at), lay = laid(part), room = measured(part, lay);
  const before = changed.value.has(id) ? partOf(id, at, machine.original(id)) : null;
  const extent = extentOf(part);
  useLayoutEffect(() => {
    if (part.held) paint(canvas.current, part, lay, room, extent, before, sources);
  });
  const here = (cell) => cell && cell.id === id && placesIn(part, lay, cell.index);
  const chosen = here(picked.value), pointed = here(hovered.value) ?? chosen;
  const choose = (row, column) => { picked.value = { id, index: part.whole(lay.at(row, column)) }; };
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
    else choose(Math.max(0, Math.min(lay.rows - 1, r)), Math.max(0, Math.min(lay.columns - 1, c)));
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
      "aria-activedescendant": chosen ? `cell-${id}-${chosen.join("-")}` : undefined,
      onKeyDown: keys,
      onFocus: (event) => event.currentTarget.matches(":focus-visible") && !chosen && choose(0, 0),
      onPointerMove: (event) => {
        const cell = under(event);
        hovered.value = cell && { id, index: part.whole(lay.at(...cell)) };
      },
      onPointerLeave: () => { hovered.value = null; },
      onClick: (event) => { const cell = under(event); if (cell) choose(...cell); },
    },
    h("canvas", { ref: canvas, "aria-hidden": "true" }),
    h(Cell, { part, lay, room, cell: chosen || [0, 0], shown: Boolean(chosen) })),
    h("p", { class: "readout" },
      pointed ? cellText(part, lay, pointed, before)
        : extent ? t("range", brief(extent[0], part.dtype), brief(extent[1], part.dtype)) : " "),
    h(Sampled, { id, part, lay }));
};

const placesIn = (part, lay, index) => {
  const rank = part.shape.length, find = (axis, length) => {
    for (let n = 0; n < length; n++) if (part.whole(part.shape.map((_, o) => (o === axis ? n : 0)))[axis] === index[axis]) return n;
    return -1;
  };
  if (lay.lead.some((n, axis) => find(axis, part.shape[axis]) !== n)) return null;
  const row = rank > 1 ? find(rank - 2, lay.rows) : 0, column = rank ? find(rank - 1, lay.columns) : 0;
  return row < 0 || column < 0 ? null : [row, column];
};

const cellText = (part, lay, [row, column], before) => {
  const place = lay.at(row, column), rank = part.shape.length;
  const words = [rank - 2, rank - 1].filter((axis) => axis >= 0).map((axis) => placeName(part, axis, place[axis]))
    .filter((name) => !/^\d+$/.test(name));
  const x = numberAt(part, place), was = before && numberAt(before, place);
  const text = `${placeText(part.whole(place))} ${words.join(", ")}`.trim();
  return `${text}${text ? " = " : ""}${exact(x, part.dtype)}${
    before && !Object.is(was, x) ? ` (${t("was", exact(was, part.dtype))})` : ""}`;
};

// The one cell that is an element, at the place of what is drawn.
const Cell = ({ part, lay, room, cell: [row, column], shown }) => {
  const nearest = (places, n) => places.reduce((best, p, place) =>
    (Math.abs(p - n) < Math.abs(places[best] - n) ? place : best), 0);
  const r = nearest(lay.rowsShown, row), c = nearest(lay.columnsShown, column);
  return h("div", { role: "row", "aria-rowindex": row + 1 },
    h("div", {
      role: "gridcell", id: `cell-${part.id}-${row}-${column}`, class: shown ? "cell" : "cell away",
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
