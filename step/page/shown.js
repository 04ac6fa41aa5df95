// Values as they are shown: which part, what its places are called, how numbers are written.

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

// What the places along an axis are called, if they have names.
const wordsOf = (part, axis) => {
  const name = part.names[axis];
  return Object.hasOwn(program.words, name) ? program.words[name] : null;
};

// Heads are counted from 1, as in figures and in words; indices from 0.
const headName = (head) => String(head + 1);

// What a place along an axis is called: its word, or its number.
const placeName = (part, axis, n) => {
  const place = part.number(axis, n);
  return wordsOf(part, axis)?.[place] ?? (isHeads(part, axis) ? headName(place) : String(place));
};

// What stands for a place in a sentence: of a head "head 1", of others the word, if it has one.
const placeWord = (part, axis, n) => {
  if (wordsOf(part, axis)) return placeName(part, axis, n);
  return isHeads(part, axis) ? t("head-n", placeName(part, axis, n)) : null;
};

// Whether an axis is that of the heads, of a value inside of a multi-head attention: (B, heads, …).
const isHeads = (part, axis) => {
  const path = nameOf(part.id).replace(/^∇\//, "");
  return axis === 1 && part.strides.length === 4 && Object.entries(page.heads).some(([scope, heads]) =>
    heads > 1 && heads === machine.shape(part.id)[1] && path.startsWith(scope));
};

// What an axis is called.
const axisName = (part, axis) => {
  const name = part.names[axis];
  if (isHeads(part, axis)) return t("heads");
  if (name === "B") return t("batch");
  return /^\d+$/.test(name) ? t("axis", axis) : name;
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

// … as JSON in short lines: a browser lays these out much faster than a long one.
const A_LINE = 3; // numbers
const jsonText = (value) => {
  if (!Array.isArray(value)) return JSON.stringify(value);
  if (Array.isArray(value[0])) return `[${value.map(jsonText).join(",\n")}]`;
  const lines = [];
  for (let n = 0; n < value.length; n += A_LINE) lines.push(value.slice(n, n + A_LINE).map(jsonText).join(", "));
  return `[${lines.join(",\n")}]`;
};

const placeText = (index) => (index.length ? `[${index.join(", ")}]` : "");
const shapeText = (part) =>
  (part.lengths.length ? part.lengths.map((length, axis) => {
    const name = part.names[axis];
    return /^\d+$/.test(name) || program.nodes[part.id].inner ? length : `${name} ${length}`;
  }).join(" × ") : t("scalar"));
