// What if: another value in a cell, or a part of the model switched off; and what follows.

const KINDS_OF_CHANGE = [...new Set(page.knockouts.map(({ kind }) => kind))];
const chosenKind = signal(KINDS_OF_CHANGE[0]);
const chosenPlace = signal(0);
const wrong = signal("");
const made = signal([]); // what was changed: {id, text}, the text in both languages

const attempt = (id, text, apply) => {
  try {
    apply();
  } catch (error) {
    wrong.value = error.message;
    return;
  }
  batch(() => {
    wrong.value = "";
    const same = (other) => other.id === id && other.text(lang.value) === text(lang.value);
    made.value = [...made.value.filter((other) => !same(other)), { id, text }];
    version.value++;
    notice.value = t("follows", nameOf(id), machine.dependants(id).length);
  });
};

const takeBack = (id) => batch(() => {
  machine.reset(id);
  made.value = id === undefined ? [] : made.value.filter((other) => other.id !== id);
  version.value++;
  notice.value = t("taken-back");
});

// What is said of a change, in a language.
const saying = ({ kind, head }) => (language) => page.words[kind][language].replace("{0}", head);

for (const patch of program.editable ? page.changes : []) {
  attempt(patch.id, saying(patch), () => machine.set(patch.id, patch.data.map(Number)));
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

// A number as people write it, or nothing; one that is too large for a float is not infinity.
const parse = (text) => {
  const plain = text.trim().replace(/−/g, "-").toLowerCase();
  const known = { true: 1, false: 0 }[plain], infinite = /^([+-]?)(∞|inf|infinity)$/.exec(plain);
  if (known !== undefined) return known;
  if (infinite) return infinite[1] === "-" ? -Infinity : Infinity;
  return DECIMAL.test(plain) && Number.isFinite(Number(plain)) ? Number(plain) : null;
};

const setCell = (text) => {
  const { id, index: cell } = picked.value, x = parse(text);
  if (x === null) {
    wrong.value = t("no-number");
    return;
  }
  const data = Float64Array.from(machine.value(id).data);
  data[placeOf(cell, { offset: 0, strides: stridesOf(machine.shape(id)) })] = x;
  const said = `${placeText(cell)} = ${exact(x, machine.value(id).dtype)}`;
  attempt(id, () => said, () => machine.set(id, data));
};

const Edit = () => {
  if (!program.editable) return h("p", { class: "note" }, t("not-editable"));
  return picked.value ? h(EditCell, { cell: picked.value }) : h("p", { class: "note" }, t("set-hint"));
};

const EditCell = ({ cell }) => {
  const field = useRef();
  const { dtype, data } = machine.value(cell.id);
  const now = exact(data[placeOf(cell.index, { offset: 0, strides: stridesOf(machine.shape(cell.id)) })], dtype);
  useLayoutEffect(() => { field.current.value = now; }, [now, cell]);
  return h("form", {
    class: "edit",
    onSubmit: (event) => { event.preventDefault(); setCell(field.current.value); },
  },
  h("p", null, h("label", { for: "new-value" }, t("new-value")), " ",
    h("bdi", { id: "new-value-of" }, `${nameOf(cell.id)}${placeText(cell.index)}`)),
  h("input", {
    id: "new-value", ref: field, type: "text", inputmode: "decimal", autocomplete: "off",
    "aria-describedby": "new-value-of wrong", "aria-invalid": wrong.value ? "true" : undefined,
  }),
  h("button", { type: "submit" }, t("set")),
  h("p", { id: "wrong", class: "wrong", role: "alert" }, wrong.value));
};

// Paths as short as they tell them apart: without what all of them end with; a long one without its middle.
const LONG_PATH = 36;
const shortened = (paths) => {
  const split = paths.map((path) => path.split("/")), least = Math.min(...split.map((names) => names.length));
  const ending = (n) => new Set(split.map((names) => names.at(-1 - n))).size;
  let same = 0;
  while (same < least - 1 && ending(same) === 1) same++;
  const cut = new Set(paths).size > 1 ? same : 0;
  return split.map((names) => {
    const text = names.slice(0, names.length - cut).join("/");
    return text.length > LONG_PATH ? `${text.slice(0, 10)}…${text.slice(11 - LONG_PATH)}` : text;
  });
};

const placeOfChange = ({ head }, path) => (head === undefined ? path : `${t("head-n", String(head))} · ${path}`);

const WhatIf = () => {
  if (!program.editable) return null;
  const all = useRef();
  const places = page.knockouts.filter(({ kind }) => kind === chosenKind.value);
  const chosen = places[chosenPlace.value], short = shortened(places.map(({ path }) => path));
  const apply = () => attempt(chosen.id, saying(chosen), () => machine.knockOut(chosen.id, chosen.change));
  return h("section", { class: "what-if", "aria-label": t("what-if") },
    h("h2", null, t("what-if")),
    places.length > 0 && h("div", { class: "knock-out" },
      h(Select, {
        name: "knock-out", value: chosenKind.value,
        options: KINDS_OF_CHANGE.map((kind) => [kind, t(`all-${kind}`)]),
        onChange: (kind) => batch(() => { chosenKind.value = kind; chosenPlace.value = 0; }),
      }),
      h(Select, {
        name: "where", value: String(chosenPlace.value),
        options: places.map((found, n) => [String(n), placeOfChange(found, short[n])]),
        onChange: (n) => { chosenPlace.value = Number(n); },
      }),
      h("p", { class: "note" }, h("bdi", null, chosen.path)),
      h("button", { type: "button", onClick: apply }, t("apply"))),
    h("h3", null, t("changes")),
    h("p", { class: "note" }, made.value.length === 0 ? t("no-changes") : t("changes-go")),
    h("ul", { class: "changes" }, made.value.map(({ id, text }) => h("li", null,
      h("span", null, h("bdi", null, nameOf(id)), ` ${text(lang.value)}`),
      h("button", {
        type: "button",
        onClick: () => { takeBack(id); all.current.focus(); }, // this button goes
      }, t("reset"), h("span", { class: "unseen" }, ` ${nameOf(id)}`))))),
    h("button", { type: "button", ref: all, onClick: () => takeBack() }, t("reset-all")));
};
