// Heatmaps: how a value is laid out, and how it is painted on a canvas.

const NARROW = 3, WIDE = 46, LOW = 6, HIGH = 26; // pixels of a cell
const MARKED = 14; // … from which on there is room for a mark in it
const LONGEST = 110, TALLEST = 720; // pixels of a name, and of all rows
const NAMED = 14, FEW = 240; // of a row with its name, and of all rows that are made so high
const FONT = "12px 'Noto Sans', Helvetica, Arial, 'Noto Sans CJK SC', 'PingFang SC', sans-serif";
const width = signal(320); // of what is there for a grid
const SHADES = [...Array(11).keys()]; // of values, from nothing to the largest
const night = matchMedia("(prefers-color-scheme: dark)");
const isNight = signal(night.matches);
night.addEventListener("change", () => { isNight.value = night.matches; });

// The colours of the theme as it is now.
const palette = computed(() => {
  [theme.value, isNight.value]; // when these change, so do they
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

// A name that has room; a long one is cut short.
const fitted = (name, most) => {
  if (textWidth(name) <= most) return name;
  const letters = [...name];
  while (letters.length && textWidth(`${letters.join("")}…`) > most) letters.pop();
  return `${letters.join("")}…`;
};

// How many places of an axis there is room for: where they have words, each word is to be read.
const mostRows = (part, axis) => (axis >= 0 && wordsOf(part, axis) ? MOST_NAMED_ROWS : MOST_ROWS);
const mostColumns = (part, axis) => (axis >= 0 && wordsOf(part, axis)
  ? clamp(Math.floor((0.75 * width.value) / NAME), 12, MOST_COLUMNS) : MOST_COLUMNS);

// The rows and columns of the cells that the chosen one comes from most.
const sourcePlaces = (part, sources) => {
  const strongest = [...sources].sort(([, a], [, b]) => Math.abs(b) - Math.abs(a)).slice(0, MOST_KEPT);
  const places = strongest.map(([key]) => key.split(",").map((n, axis) => part.placeOf(axis, Number(n))));
  return [-2, -1].map((axis) => [...new Set(places.map((place) => place.at(axis)))].filter((n) => n >= 0));
};

// The two last axes lie on the page, of the others one place each.
const laid = (part, sources) => {
  const { shape } = part, rank = shape.length;
  const rows = rank > 1 ? shape[rank - 2] : 1, columns = rank ? shape[rank - 1] : 1;
  const lead = shape.slice(0, Math.max(0, rank - 2))
    .map((length, axis) => Math.min(axes.value.get(part.names[axis]) ?? 0, length - 1));
  const [down, along] = [rank > 1 ? part.strides[rank - 2] : 0, rank ? part.strides[rank - 1] : 0];
  const first = lead.reduce((place, n, axis) => place + n * part.strides[axis], part.offset);
  const where = (row, column) => first + row * down + column * along; // in the data
  const [rowsShown, columnsShown] = sampledPlaces(
    { rows, columns }, (row, column) => part.data[where(row, column)], mostRows(part, rank - 2), mostColumns(part, rank - 1),
    sourcePlaces(part, sources));
  return {
    rows, columns, lead, rowsShown, columnsShown, where,
    at: (row, column) => [...lead, ...(rank > 1 ? [row] : []), ...(rank ? [column] : [])],
  };
};

// How much room each part takes, in pixels. Words stand upright where they are too long for a cell;
// the number of the last column may stand out on the right.
const measured = (part, lay) => {
  const rank = part.shape.length;
  const names = (axis, places, most) => (axis < 0 ? [""] : places.map((n) => fitted(placeName(part, axis, n), most)));
  const rowNames = names(rank - 2, lay.rowsShown, Math.min(LONGEST, width.value / 4));
  const columnNames = names(rank - 1, lay.columnsShown, LONGEST);
  const widest = (texts) => Math.ceil(Math.max(...texts.map(textWidth))) + 6;
  const left = widest(rowNames), last = textWidth(columnNames.at(-1));
  const fitting = (right) => clamp((width.value - left - right) / lay.columnsShown.length, NARROW, WIDE);
  const words = rank > 0 && wordsOf(part, rank - 1) !== null;
  const upright = words && columnNames.some((name) => textWidth(name) > fitting(2) - 2);
  const right = upright ? 8 : Math.max(2, Math.ceil((last - fitting(2)) / 2) + 2), wide = fitting(right);
  const rows = lay.rowsShown.length, named = rank > 1 && wordsOf(part, rank - 2) !== null;
  const tall = Math.max(wide, named ? NAMED : Math.min(NAMED, FEW / rows));
  const high = clamp(Math.min(tall, TALLEST / rows), LOW, HIGH);
  const top = upright ? widest(columnNames) : 18;
  return { rowNames, columnNames, left, top, right, wide, high, words, upright };
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
  const { left, top, right, wide, high } = room, ratio = devicePixelRatio || 1;
  const size = [left + wide * lay.columnsShown.length + right, top + high * lay.rowsShown.length + 2];
  [canvas.width, canvas.height] = size.map((length) => Math.ceil(length * ratio));
  [canvas.style.width, canvas.style.height] = size.map((length) => `${length}px`);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  pen.font = FONT;
  pen.textBaseline = "middle";
  paintNames(pen, room);
  const most = extent ? Math.max(...extent.map(Math.abs)) : 0;
  const isOther = (row, column) => {
    if (!before || row === undefined || column === undefined) return false;
    const place = lay.where(row, column);
    return !isSame(before.data[place], part.data[place]);
  };
  const beside = (r, c) => [[r - 1, c], [r, c + 1], [r + 1, c], [r, c - 1]]
    .map(([row, column]) => [lay.rowsShown[row], lay.columnsShown[column]]);
  const strongest = Math.max(0, ...[...sources.values()].map(Math.abs));
  lay.rowsShown.forEach((row, r) => lay.columnsShown.forEach((column, c) => {
    const cell = { x: left + c * wide, y: top + r * high, wide, high };
    paintCell(pen, cell, part.data[lay.where(row, column)], most, part.dtype);
    if (isOther(row, column)) paintMark(pen, cell, beside(r, c).map((around) => isOther(...around)));
    const share = sources.size ? sources.get(wholeIndex(part, lay.at(row, column)).join()) : undefined;
    if (share !== undefined) paintFrame(pen, cell, strongest ? Math.abs(share) / strongest : 0);
  }));
};

const paintNames = (pen, { rowNames, columnNames, left, top, wide, high, words, upright }) => {
  pen.fillStyle = palette.value.soft;
  pen.textAlign = "right";
  if (high >= 11) rowNames.forEach((name, n) => pen.fillText(name, left - 5, top + (n + 0.5) * high, left - 6));
  pen.textAlign = upright ? "left" : "center";
  const room = words ? wide : textWidth(columnNames.at(-1)) + 4;
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

// A cell that is another than without changes: a corner, or where that would hide it a line around
// all such cells. `others`: whether those above, on the right, below and on the left are, too.
const paintMark = (pen, cell, others) =>
  (Math.min(cell.wide, cell.high) < MARKED ? paintBorder(pen, cell, others) : paintCorner(pen, cell));

const paintBorder = (pen, { x, y, wide, high }, [above, right, below, left]) => {
  pen.fillStyle = palette.value.lit;
  if (!above) pen.fillRect(x, y, wide, 1);
  if (!right) pen.fillRect(x + wide - 1, y, 1, high);
  if (!below) pen.fillRect(x, y + high - 1, wide, 1);
  if (!left) pen.fillRect(x, y, 1, high);
};

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
