// What was changed, in order: it can be told, written, read, taken back and done again.
//
// A change is one of those that the page brings along, {given: its place}; one of the knock-outs that
// it offers, {knockOut: its place}; or a number in a cell, {id, cell, x}.

const MOST_CHANGES = 1000; // that are read

const made = signal([]);

const idOf = ({ given, knockOut, id }) => id ?? (page.changes[given] ?? page.knockouts[knockOut]).id;

// What is said of a change, in the reader's language.
const changeText = ({ given, knockOut, id, cell, x }) => {
  if (cell) return `${placeText(cell)} = ${exact(x, machine.value(id).dtype)}`;
  const { kind, head } = page.changes[given] ?? page.knockouts[knockOut];
  return head === undefined ? t(kind) : t(kind, headName(head));
};

const apply = (change) => {
  if (change.cell) machine.put(change.id, change.cell, change.x);
  else if (change.given === undefined) machine.knockOut(idOf(change), page.knockouts[change.knockOut].change);
  else machine.set(idOf(change), page.changes[change.given].data.map(Number));
};

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

// A number as people write it, or nothing; one that is too large for a float is not infinity.
const parse = (text) => {
  const plain = text.trim().replace(/−/g, "-").toLowerCase();
  const known = { true: 1, false: 0 }[plain], infinite = /^([+-]?)(∞|inf|infinity)$/.exec(plain);
  if (known !== undefined) return known;
  if (infinite) return infinite[1] === "-" ? -Infinity : Infinity;
  return DECIMAL.test(plain) && Number.isFinite(Number(plain)) ? Number(plain) : null;
};

// ---- as text: no-mask@PATH, head:0@PATH, 0.75@PATH[0,1], given:0

const written = ({ given, knockOut, id, cell, x }) => {
  if (cell) return `${Object.is(x, -0) ? "-0" : x}@${nameOf(id)}[${cell}]`;
  if (given !== undefined) return `given:${given}`;
  const { kind, head, path } = page.knockouts[knockOut];
  return `${kind}${head === undefined ? "" : `:${head}`}@${path}`;
};

const OTHERS = new Map([
  ...page.changes.map((_, given) => ({ given })), ...page.knockouts.map((_, knockOut) => ({ knockOut })),
].map((change) => [written(change), change]));

// The change that a text means; null if it is none of this model.
const readChange = (text) => {
  if (OTHERS.has(text)) return OTHERS.get(text);
  const [, number = "", path, places] = /^([^@]*)@(.*)\[(\d+(?:,\d+)*)?\]$/s.exec(text) ?? [], x = parse(number);
  const node = program.nodes.find((found) => !found.inner && found.path === path);
  const cell = places ? places.split(",").map(Number) : [];
  const fits = node && cell.length === node.shape.length && cell.every((n, axis) => n < node.shape[axis]);
  return fits && x !== null ? { id: node.id, cell, x } : null;
};

// ---- doing

// Whether two changes are of the same: the later counts.
const isSameChange = (one, other) => one.id === other.id && one.given === other.given
  && one.knockOut === other.knockOut && String(one.cell) === String(other.cell);

// Some changes and one more, in the place of that of the same.
const withChange = (changes, wanted) => [...changes.filter((other) => !isSameChange(other, wanted)), wanted];

const make = (wanted) => {
  apply(wanted); // which throws if it does not fit
  batch(() => {
    made.value = withChange(made.value, wanted);
    version.value++;
    tell(t("follows", nameOf(idOf(wanted)), machine.dependants(idOf(wanted)).length));
  });
};

// Take one change back, or all. The machine knows those of a node together: the others are made again.
const takeBack = (one) => batch(() => {
  const id = one && idOf(one);
  made.value = one ? made.value.filter((other) => other !== one) : [];
  machine.reset(id);
  made.value.filter((other) => idOf(other) === id).forEach(apply);
  version.value++;
  tell(t("taken-back"));
});

// Have the changes that some texts mean, and no others. Where one of them is none, or does not fit,
// all stays as it was, and false is returned.
const restore = (texts) => {
  const read = texts.length > MOST_CHANGES ? [null] : texts.map(readChange), before = made.value;
  if (read.includes(null)) return false;
  const wanted = read.reduce(withChange, []);
  machine.reset();
  try {
    wanted.forEach(apply);
  } catch {
    machine.reset();
    before.forEach(apply);
    return false;
  }
  batch(() => {
    made.value = wanted;
    version.value++;
  });
  return true;
};

const begun = program.editable ? page.changes.map((_, given) => `given:${given}`) : [];
restore(begun);
