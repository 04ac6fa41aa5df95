// The step: where it is, its formulas, what it reads and what it gives.

const MOST_INPUTS = 8, MOST_SOURCES = 6;

const contributions = computed(() => {
  version.value;
  if (!picked.value || !program.editable) return [];
  const { id, index: place } = picked.value;
  return machine.contributions(id, place).filter(({ share }) => share !== 0);
});

const sourcesIn = (id) => new Map(contributions.value.filter((found) => found.id === id)
  .map(({ index: place, share }) => [place.join(), share]));

const Panel = () => {
  const step = current.value, part = partOf(step.node, step.at);
  const operands = step.inputs.map(([id, at]) => partOf(id, at));
  const node = program.nodes[step.node], single = step.nodes.length === 1;
  return h("section", { class: "panel", "aria-label": t("step") },
    h("h2", { class: "path" }, h(Path, { "data-testid": "current-path", text: step.path })),
    h("p", { class: "about" }, about(step, node)),
    h(Formula, { text: step.formula ?? node.formula_mathml, label: t("formula") }),
    single && node.numbers_mathml && h("div", null, h("h3", null, t("numbers")),
      h(Formula, { text: node.numbers_mathml, operands, value: part, label: t("numbers") })),
    h("h3", null, t("output")),
    h(Grid, { id: step.node, at: step.at, label: t("output"), name: step.path, key: `output ${step.node}`, sources: sourcesIn(step.node) }),
    h(Sources),
    h(Edit),
    h(Inputs, { step, single }),
    h(Json, { part }));
};

// A block's weights are folded up: what flows into it comes first.
const Inputs = ({ step, single }) => {
  const folded = single ? [] : step.inputs.filter(([id]) => program.nodes[id].op === "parameter");
  const shown = step.inputs.filter((input) => !folded.includes(input));
  const grid = ([id, at], place) => h(Grid, { id, at, label: t("input", place + 1), name: nameOf(id), key: `${place} ${id}`, sources: sourcesIn(id) });
  return [
    shown.length > 0 && h("h3", null, t("inputs")),
    shown.slice(0, MOST_INPUTS).map(grid),
    shown.length > MOST_INPUTS && h("p", { class: "note" }, t("and-more", shown.length - MOST_INPUTS)),
    folded.length > 0 && h(Folded, { key: step.path, summary: t("parameters", folded.length), content: () => folded.map(grid) }),
  ];
};

// What is there only when it is open.
const Folded = ({ summary, content }) => {
  const open = kept(() => signal(false));
  return h("details", { onToggle: (event) => { open.value = event.currentTarget.open; } },
    h("summary", null, summary), open.value && content());
};

const about = (step, node) => [
  step.nodes.length > 1 ? t("ops", step.nodes.length) : (node.title?.[lang.value] ?? node.op),
  direction.value === "backward" && step.of.length === 1 && t("gradient-of", nameOf(step.of[0])),
].filter(Boolean).join(" · ");

// Where the number of the chosen cell comes from.
const Sources = () => {
  if (!program.editable) return null;
  const cell = picked.value;
  if (!cell || cell.id !== current.value.node) return h("p", { class: "note" }, t("from-hint"));
  const found = contributions.value, whole = `${nameOf(cell.id)}${placeText(cell.index)}`;
  if (!found.length) {
    return h("p", { class: "note" }, t(machine.replaced(cell.id, cell.index) ? "from-change" : "from-nothing"));
  }
  const most = Math.abs(found[0].share);
  return h("div", { class: "sources" },
    h("h4", null, t("from", whole)),
    h("ol", null, found.slice(0, MOST_SOURCES).map(({ id, index: place, share }) => h("li", null,
      h("span", { class: "bar", style: { width: `${Number.isFinite(share) && most ? (100 * Math.abs(share)) / most : 100}%` } }),
      h("span", { class: "share" }, brief(share, "float")), " ", `${nameOf(id)}${placeText(place)}`,
      ` = ${brief(machine.value(id).data[placeOf(place, { offset: 0, strides: stridesOf(machine.shape(id)) })], machine.value(id).dtype)}`))),
    found.length > MOST_SOURCES && h("p", { class: "note" }, t("and-more", found.length - MOST_SOURCES)));
};

const Json = ({ part }) => {
  const { value, count } = nested(part), all = sizeOf(part.lengths);
  return h("section", { class: "json", "aria-label": t("json") },
    h("h3", null, t("json")),
    count < all && h("p", { class: "note" }, t("some", count, all)),
    h("pre", {
      tabindex: 0, role: "group", "aria-label": t("json"),
      "data-testid": "current-value", "data-sampled": count < all ? `${count} of ${all}` : undefined,
    }, jsonText(value)));
};
