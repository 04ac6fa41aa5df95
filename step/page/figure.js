// The drawing: its boxes are buttons, of which the arrow keys reach one after the other.

const stage = document.createElement("div");
stage.className = "stage";
const zoom = signal(1);
let boxes = new Map(); // by the paths of the nodes they stand for
let focused = null; // the box that Tab reaches

const still = matchMedia("(prefers-reduced-motion: reduce)");
// What a box is called: in its title, not in an attribute that a search for controls would find.
const title = (group) => group.querySelector("title").dataset.name;
const decoded = (name) => name.replace(/%([0-9A-F]{2})/g, (_, code) => String.fromCharCode(parseInt(code, 16)));

// At which level the drawing is: that of the steps, or where that has none the next coarser one whose
// boxes are ops of the graph as it was given.
const drawn = computed(() => {
  const has = direction.value === "forward" && drawings.has(`${level.value}-en`);
  const found = page.own.includes(level.value) && !has ? "op" : level.value;
  const known = page.levels.slice(0, page.levels.indexOf(found) + 1).filter((name) => drawings.has(`${name}-en`));
  return known.at(-1) ?? page.levels.find((name) => drawings.has(`${name}-en`));
});

// The boxes of a step: of its own ops, or of those whose gradient it is a part of.
const boxesOf = (step) => {
  const own = page.own.includes(drawn.value), ids = direction.value === "backward" ? step.of : step.span;
  const names = own && step.box ? [step.box] : ids.map((id) => page.boxes[id] ?? program.nodes[id].path);
  return new Set(names.flatMap((name) => boxes.get(name) ?? []));
};

const stepsOf = computed(() => { // by box: its steps
  drawing.value;
  const found = new Map();
  steps.value.forEach((step, place) => {
    for (const group of boxesOf(step)) found.set(group, [...(found.get(group) ?? []), place]);
  });
  return found;
});

const drawing = signal(0); // counts the drawings that were shown

const showDrawing = () => {
  const text = drawings.get(`${drawn.value}-${lang.value}`);
  if (!text) return;
  markup(stage, text);
  boxes = new Map();
  for (const group of stage.querySelectorAll("[data-node]")) {
    const text = group.querySelector("title");
    text.dataset.name = text.textContent;
    for (const name of group.dataset.node.split(" ")) {
      const path = decoded(name);
      boxes.set(path, [...(boxes.get(path) ?? []), group]);
    }
  }
  focused = null;
  drawing.value = drawing.peek() + 1;
};

const size = () => {
  drawing.value;
  const svg = stage.querySelector("svg");
  if (!svg) return;
  svg.style.width = `${svg.viewBox.baseVal.width * zoom.value}px`;
  svg.style.height = `${svg.viewBox.baseVal.height * zoom.value}px`;
};

// What can be pressed, and where it stops.
const mark = () => {
  for (const [group, places] of stepsOf.value) {
    const stop = places.some((place) => stops(steps.value[place]));
    const other = places.some((place) => steps.value[place].span.some((id) => changed.value.has(id)));
    group.classList.toggle("stop", stop);
    group.classList.toggle("changed", other);
    group.setAttribute("role", "button");
    group.setAttribute("aria-pressed", String(stop));
    group.querySelector("title").textContent = title(group) + (other ? `, ${t("is-changed")}` : "");
    if (!group.hasAttribute("tabindex")) group.setAttribute("tabindex", "-1");
    dot(group);
  }
};

const dot = (group) => {
  if (group.querySelector(".dot")) return;
  const rect = group.querySelector("rect"), circle = document.createElementNS(rect.namespaceURI, "circle");
  circle.setAttribute("class", "dot");
  circle.setAttribute("cx", rect.getAttribute("x"));
  circle.setAttribute("cy", rect.getAttribute("y"));
  circle.setAttribute("r", "5");
  group.append(circle);
};

const tabTo = (group) => {
  focused?.setAttribute("tabindex", "-1");
  focused = group;
  group.setAttribute("tabindex", "0");
};

// Where we are.
const light = () => {
  stepsOf.value;
  for (const group of stage.querySelectorAll(".now")) {
    group.classList.remove("now");
    group.removeAttribute("aria-current");
  }
  const lit = [...boxesOf(current.value)];
  for (const group of lit) {
    group.classList.add("now");
    group.setAttribute("aria-current", "step");
  }
  const first = lit[0] ?? stepsOf.value.keys().next().value;
  if (!first) return;
  if (!stage.contains(document.activeElement)) tabTo(stepsOf.value.has(first) ? first : stepsOf.value.keys().next().value);
  if (lit.length) requestAnimationFrame(() => bring(lit[0]));
};

// Scroll the drawing, and nothing around it, until a box is seen.
const bring = (group) => {
  const box = group.getBoundingClientRect(), frame = stage.getBoundingClientRect();
  const beyond = (from, to, low, high) => (from < low || to > high ? (from + to - low - high) / 2 : 0);
  const left = beyond(box.left, box.right, frame.left + 8, frame.right - 8);
  const top = beyond(box.top, box.bottom, frame.top + 8, frame.bottom - 8);
  const near = Math.abs(left) < frame.width && Math.abs(top) < frame.height;
  if (left || top) stage.scrollBy({ left, top, behavior: near && !still.matches ? "smooth" : "auto" });
};

// ---- pressing

const pressed = (group) => {
  const ids = stepsOf.value.get(group).flatMap((place) => {
    const step = steps.value[place];
    return direction.value === "backward" ? step.of : [step.node];
  });
  toggle([...new Set(ids)]);
  say(`${title(group)}: ${t("breakpoint")} ${group.getAttribute("aria-pressed") === "true" ? "●" : "○"}`);
};
const goTo = (group) => {
  const places = stepsOf.value.get(group);
  go(places.find((place) => place > index.value) ?? places[0]);
};
const boxAt = (event) => {
  const group = event.target.closest("[data-node]");
  return group && stepsOf.value.has(group) ? group : null;
};
stage.addEventListener("click", (event) => {
  const group = boxAt(event);
  if (group) pressed(group);
});
stage.addEventListener("dblclick", (event) => {
  const group = boxAt(event);
  if (group) goTo(group);
});
stage.addEventListener("keydown", (event) => {
  const group = boxAt(event);
  if (!group || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter") goTo(group);
  else if (event.key === " ") pressed(group);
  else if (event.key.startsWith("Arrow")) beside(group, event.key);
  else return;
  event.preventDefault();
});

// Go to the nearest box in a direction.
const beside = (group, key) => {
  const [dx, dy] = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[key];
  const middle = (box) => {
    const { left, right, top, bottom } = box.getBoundingClientRect();
    return [(left + right) / 2, (top + bottom) / 2];
  };
  const [x, y] = middle(group);
  let best = null, least = Infinity;
  for (const other of stepsOf.value.keys()) {
    const [ox, oy] = middle(other), along = (ox - x) * dx + (oy - y) * dy;
    const aside = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx), cost = along + 3 * aside;
    if (other !== group && along > 1 && cost < least) [best, least] = [other, cost];
  }
  if (!best) return;
  tabTo(best);
  best.focus({ preventScroll: true });
  bring(best);
};

// In another width the step's box may be out of sight.
let stageWidth = 0;
const follower = new ResizeObserver(() => {
  const lit = stage.querySelector(".now");
  if (lit && stage.clientWidth !== stageWidth) bring(lit);
  stageWidth = stage.clientWidth;
});

const Figure = () => {
  const place = useRef();
  useLayoutEffect(() => {
    place.current.append(stage);
    for (const each of [showDrawing, size, mark, light]) effect(each);
    follower.observe(stage);
  }, []);
  return h("section", { class: "figure", "aria-label": t("figure") },
    h("div", { class: "tools" },
      h("button", { type: "button", "aria-label": t("zoom-out"), onClick: () => { zoom.value = Math.max(0.3, zoom.value / 1.25); } }, "−"),
      h("button", { type: "button", "aria-label": t("zoom-in"), onClick: () => { zoom.value = Math.min(4, zoom.value * 1.25); } }, "+"),
      h("p", { class: "note" }, t("figure-hint"), h("span", { class: "keys" }, t("figure-keys")))),
    h("div", { class: "holder", ref: place }));
};
