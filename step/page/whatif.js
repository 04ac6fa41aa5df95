// What if: another value in a cell, or a part of the model switched off; and what follows.

const KINDS_OF_CHANGE = [...new Set(page.knockouts.map(({ kind }) => kind))];
const chosenKind = signal(KINDS_OF_CHANGE[0]);
const chosenPlace = signal(0);
const wrong = signal("");

// Try a change; what is wrong with it is said.
const attempt = (wanted) => {
  wrong.value = "";
  try {
    make(wanted);
  } catch (error) {
    wrong.value = error.message;
  }
};

const setCell = (text) => {
  const { id, index: cell } = picked.value, x = parse(text);
  if (x === null) wrong.value = t("no-number");
  else attempt({ id, cell, x });
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
  useLayoutEffect(() => { wrong.value = ""; }, [cell]);
  return h("form", {
    class: "edit",
    onSubmit: (event) => { event.preventDefault(); setCell(field.current.value); },
  },
  h("p", null, h("label", { for: "new-value" }, t("new-value")), " ",
    h(Path, { id: "new-value-of", text: `${nameOf(cell.id)}${placeText(cell.index)}` })),
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

const placeOfChange = ({ head }, path) => (head === undefined ? path : `${t("head-n", headName(head))} · ${path}`);

const WhatIf = () => {
  if (!program.editable) return null;
  const all = useRef();
  const places = page.knockouts.filter(({ kind }) => kind === chosenKind.value);
  const chosen = places[chosenPlace.value], short = shortened(places.map(({ path }) => path));
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
      h("p", { class: "note" }, h(Path, { text: chosen.path })),
      h("button", { type: "button", onClick: () => attempt({ knockOut: page.knockouts.indexOf(chosen) }) }, t("apply"))),
    h("h3", null, t("changes")),
    h("p", { class: "note" }, t(made.value.length === 0 ? "no-changes" : FRAMED ? "changes-go" : "changes-stay")),
    h("ul", { class: "changes" }, made.value.map((one) => h("li", null,
      h("span", null, h(Path, { text: nameOf(idOf(one)) }), ` ${changeText(one)}`),
      h("button", {
        type: "button",
        onClick: () => { takeBack(one); all.current.focus(); }, // this button goes
      }, t("reset"), h("span", { class: "unseen" }, ` ${nameOf(idOf(one))} ${changeText(one)}`))))),
    h("button", { type: "button", ref: all, onClick: () => takeBack() }, t("reset-all")));
};
