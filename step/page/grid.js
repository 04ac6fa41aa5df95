// A value as a reader meets it. What is drawn is a canvas; what is read is a grid of which only the
// chosen cell is an element.

const NONE = new Map();
let grids = 0; // so many were made

// One value: what it is to the step, what it is called, a place to choose along each leading axis, the heatmap, and the number
// of the chosen cell.
const Grid = ({ id, at, label, name, sources = NONE }) => {
  const canvas = useRef(), cellId = kept(() => `cell-${++grids}`), part = partOf(id, at), lay = laid(part, sources), room = measured(part, lay);
  const before = changed.value.has(id) ? partOf(id, at, machine.original(id)) : null;
  const extent = extentOf(part);
  const bare = sizeOf(part.lengths) === 1; // one number, which is written
  palette.value; // in other colours it is painted anew
  useLayoutEffect(() => {
    if (part.held && !bare) paint(canvas.current, part, lay, room, extent, before, sources);
  });
  const here = (cell) => cell && cell.id === id && placesIn(part, lay, cell.index);
  const chosen = here(picked.value), pointed = here(hovered.value) ?? chosen;
  const choose = (row, column) => { picked.value = { id, index: wholeIndex(part, lay.at(row, column)) }; };
  const under = (event) => {
    if (bare) return [0, 0];
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
    h("h4", { id: `${cellId}-name` }, h(Path, { text: name }), " ", h("span", { class: "shape" }, shapeText(part)), " ", marked),
    h(Leads, { cellId, part, lay }),
    h("div", {
      class: "grid", role: "grid", tabindex: 0, "aria-label": label, "aria-describedby": `${cellId}-name`,
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
    bare || h("canvas", { ref: canvas, "aria-hidden": "true" }),
    bare ? h(Scalar, { cellId, text: cellText(part, lay, [0, 0], before), shown: Boolean(chosen) })
      : h(Cell, { cellId, part, lay, room, cell: chosen || [0, 0], shown: Boolean(chosen) })),
    bare || h("p", { class: "readout" },
      pointed ? cellText(part, lay, pointed, before)
        : rangeText(part, extent)),
    h(Sampled, { id, part, lay }));
};

const rangeText = (part, extent) => {
  if (!extent) return " ";
  const [low, high] = extent.map((x) => brief(x, part.dtype));
  if (low !== high) return t("range", low, high);
  return sizeOf(part.shape) > 1 ? t("all", low) : exact(extent[0], part.dtype);
};

// At which row and column the element at an index of the whole value is shown; null if it is not.
const placesIn = (part, lay, index) => {
  const found = part.shape.map((length, axis) => part.placeOf(axis, index[axis]));
  const last = found.slice(lay.lead.length);
  if (found.includes(-1) || lay.lead.some((n, axis) => found[axis] !== n)) return null;
  return last.length > 1 ? last : [0, last[0] ?? 0];
};

const cellText = (part, lay, [row, column], before) => {
  const place = lay.at(row, column);
  const words = place.map((n, axis) => placeWord(part, axis, n)).filter((word) => word !== null);
  const x = numberAt(part, place), was = before && numberAt(before, place);
  const text = `${placeText(wholeIndex(part, place))} ${words.join(", ")}`.trim();
  return `${text}${text ? " = " : ""}${exact(x, part.dtype)}${
    before && !isSame(was, x) ? ` (${t("was", exact(was, part.dtype))})` : ""}`;
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
      style: {
        left: `${room.left + c * room.wide}px`, top: `${room.top + r * room.high}px`,
        width: `${room.wide}px`, height: `${room.high}px`,
      },
    }, h("span", { class: "unseen" }, cellText(part, lay, [row, column]))));
};

// One number is its own picture.
const Scalar = ({ cellId, text, shown }) => h("div", { role: "row", "aria-rowindex": 1 },
  h("div", {
    role: "gridcell", id: `${cellId}-0-0`, class: "scalar", "aria-colindex": 1, "aria-selected": String(shown),
  }, text));

const Leads = ({ cellId, part, lay }) => {
  const long = lay.lead.map((_, axis) => axis).filter((axis) => part.shape[axis] > 1);
  if (!long.length) return null;
  return h("div", { class: "leads" }, long.map((axis) => {
    const name = part.names[axis], set = (n) => { axes.value = new Map(axes.value).set(name, n); };
    return h("div", null,
      h("label", { for: `${cellId}-${axis}` }, axisName(part, axis)), " ",
      h("select", { id: `${cellId}-${axis}`, onChange: (event) => set(event.target.selectedIndex) },
        Array.from({ length: part.shape[axis] }, (_, n) =>
          h("option", { selected: n === lay.lead[axis] }, placeName(part, axis, n)))));
  }));
};

const Sampled = ({ id, part, lay }) => {
  const node = program.nodes[id], some = lay.rowsShown.length < lay.rows || lay.columnsShown.length < lay.columns;
  return [
    some && h("p", { class: "note" }, t("sampled", lay.rowsShown.length, lay.rows, lay.columnsShown.length, lay.columns)),
    node.sampled && h("p", { class: "note" }, t("few", part.data.length, sizeOf(node.shape))),
  ];
};
