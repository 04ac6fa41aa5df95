// The list of steps, by scope: each can be gone to, and can be a breakpoint.

const DEEPEST = 3; // names of a heading: deeper ones would head a step or two each

// What steps are listed under: the blocks around them, in both passes under the same names.
const scopeOf = (path) => path.replace(/^∇\//, "").split("/").slice(0, -1).slice(0, DEEPEST).join("/");

const Row = ({ step, place }) => {
  const row = useRef(), here = kept(() => computed(() => index.value === place)).value;
  const other = step.nodes.some((id) => changed.value.has(id));
  useLayoutEffect(() => { if (here) reveal(row.current); }, [here]);
  return h("li", { ref: row, class: scopeOf(step.path) ? "inside" : undefined },
    h("button", {
      type: "button", class: "dot-button", "aria-pressed": String(stops(step)),
      title: t("breakpoint-at", step.path), onClick: () => toggleStep(step),
    }),
    h("button", { type: "button", class: "go", "aria-current": here ? "step" : undefined, onClick: () => go(place) },
      step.path.replace(/^∇\//, "").slice(scopeOf(step.path).length).replace(/^\//, ""),
      other && h("span", { class: "mark" }, ` ≠ ${t("is-changed")}`)));
};

// Scroll the list, and nothing around it.
const reveal = (row) => {
  const list = row.closest(".list"), top = row.offsetTop; // from the list's own
  const seen = top >= list.scrollTop && top + row.offsetHeight <= list.scrollTop + list.clientHeight;
  if (!seen) list.scrollTop = top - list.clientHeight / 2;
};

const Steps = () => {
  const rows = [];
  let scope = "";
  steps.value.forEach((step, place) => {
    const own = scopeOf(step.path);
    if (own !== scope && own) rows.push(h("li", { class: "scope", key: `scope ${place}` }, own));
    scope = own;
    rows.push(h(Row, { step, place, key: `${direction.value} ${level.value} ${step.path}` }));
  });
  return h("section", { class: "steps", "aria-label": t("steps") },
    h("div", { class: "tools" },
      h("h2", null, t("steps")),
      h("button", { type: "button", onClick: () => { breakpoints.value = new Set(); } }, t("clear"))),
    h("ol", { class: "list" }, rows));
};
