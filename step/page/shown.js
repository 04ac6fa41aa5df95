// Values as they are shown: which part, what its places are called, how numbers are written.

const MOST_ROWS = 48, MOST_COLUMNS = 64, MOST_NUMBERS = 65536;

// A value, or the part of it that is one token's: an array with an offset and strides.
const partOf = (id, at, found = machine.value(id)) => {
  const { shape, dtype, data, places } = found, strides = stridesOf(shape);
  const chosen = (at ?? []).map((n, axis) => (n === null ? null : places ? places[axis].indexOf(n) : n));
  return {
    id, dtype, data, strides,
    shape: shape.map((length, axis) => (chosen[axis] == null ? length : 1)),
    lengths: machine.shape(id).map((length, axis) => (chosen[axis] == null ? length : 1)), // not sampled
    offset: chosen.reduce((sum, n, axis) => sum + (n ?? 0) * strides[axis], 0),
    held: !chosen.includes(-1),
    names: program.nodes[id].inner ? shape.map((_, axis) => t("axis", axis)) : program.nodes[id].axes,
    // Where a place along an axis is in the whole value, and the other way round; -1 for nowhere.
    number: (axis, n) => (places ? places[axis][chosen[axis] ?? n] : chosen[axis] ?? n),
    placeOf: (axis, number) => {
      const place = places ? places[axis].indexOf(number) : number;
      if (chosen[axis] == null) return place;
      return place === chosen[axis] ? 0 : -1;
    },
  };
};

const wholeIndex = (part, index) => index.map((n, axis) => part.number(axis, n));

const numberAt = (part, place) => part.data[placeOf(place, part)];

const isSame = (x, y) => x === y || (Number.isNaN(x) && Number.isNaN(y));

// Evenly chosen places along an axis.
const evenly = (length, most) => (length <= most ? [...Array(length).keys()]
  : Array.from({ length: most }, (_, n) => Math.round((n * (length - 1)) / (most - 1))));

// What a place along an axis is called: its word, or its number.
const placeName = (part, axis, n) => {
  const place = part.number(axis, n);
  return program.words[part.names[axis]]?.[place] ?? String(place);
};

// ---- numbers as text

const special = (x) => (Number.isNaN(x) ? "NaN" : x > 0 ? "∞" : "−∞");
const signed = (text) => text.replace(/-/g, "−");

const exact = (x, dtype) => {
  if (dtype === "bool") return x ? "true" : "false";
  return Number.isFinite(x) ? signed(String(x)) : special(x);
};
const brief = (x, dtype) => { // four digits
  if (dtype !== "float" || !Number.isFinite(x)) return exact(x, dtype);
  return signed(String(Number(x.toPrecision(4))));
};
const tiny = (x, dtype) => { // what fits into a cell
  if (dtype === "bool") return x ? "1" : "0";
  if (dtype !== "float" || !Number.isFinite(x)) return exact(x, dtype);
  return signed(Math.abs(x) < 100 ? x.toFixed(2).replace(/^-(0\.00)$/, "$1") : Math.abs(x) < 10000 ? x.toFixed(0) : x.toExponential(0));
};

// Nested lists; what JSON has no number for becomes a text. Of a long value, evenly chosen places.
const nested = (part) => {
  let most = MOST_NUMBERS;
  const size = () => part.shape.reduce((product, length) => product * Math.min(length, most), 1);
  while (size() > MOST_NUMBERS) most = Math.floor(most / 2);
  const take = part.shape.map((length) => evenly(length, Math.max(most, 2)));
  const plain = (x) => (part.dtype === "bool" ? x !== 0 : Number.isFinite(x) ? x
    : Number.isNaN(x) ? "NaN" : x > 0 ? "Infinity" : "-Infinity");
  const build = (axis, place) => (axis === part.shape.length ? plain(part.data[place])
    : take[axis].map((n) => build(axis + 1, place + n * part.strides[axis])));
  return { value: build(0, part.offset), count: sizeOf(take.map((places) => places.length)) };
};

const placeText = (index) => (index.length ? `[${index.join(", ")}]` : "");
const shapeText = (part) =>
  (part.lengths.length ? part.lengths.map((length, axis) => {
    const name = part.names[axis];
    return /^\d+$/.test(name) || program.nodes[part.id].inner ? length : `${name} ${length}`;
  }).join(" × ") : t("scalar"));
