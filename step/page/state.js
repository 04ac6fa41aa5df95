// Where the reader stands, and how to move. A step is what is computed at once, at a level.

const DIRECTIONS = ["forward", "backward"];
const LANGUAGES = ["en", "zh"];
const THEMES = ["system", "light", "dark"];
const SPEEDS = [0.5, 1, 2, 4, 8]; // steps a second

const level = signal(page.start.level);
const direction = signal(page.start.direction);
const index = signal(Math.max(0, page.tracks[direction.value][level.value].findIndex(
  ({ path }) => path === page.start.step)));
const lang = signal(page.start.lang);
const theme = signal("system");
const playing = signal(false);
const speed = signal(1);
const breakpoints = signal(new Set()); // nodes, by id
const version = signal(0); // of what was changed in the machine
const picked = signal(null); // a cell: {id, index}
const hovered = signal(null);
const axes = signal(new Map()); // which place along a leading axis is shown, by the axis' name
const notice = signal(""); // what was told last
const isSeen = signal(false); // … by all, or only by those who hear the page
let turned = null; // where a reader stood when he turned round: {level, place}
let entered = []; // the blocks that were stepped into: [level, index]

const nameOf = (id) => program.nodes[id].path;
// What the page says: a text in the reader's language, with values in it.
const t = (key, ...values) => page.words[key][lang.value].replace(/\{(\d)\}/g, (_, place) =>
  (typeof values[place] === "number" ? values[place].toLocaleString("en") : values[place]));

const tracks = computed(() => page.tracks[direction.value]);
const steps = computed(() => tracks.value[level.value]);
const current = computed(() => steps.value[index.value]);
const changed = computed(() => (version.value, new Set(machine.changed())));

const setTheme = (name) => {
  if (name === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  theme.value = name;
};

// Tell those who hear the page what the others see; or all what is seen nowhere else.
const say = (text, seen = false) => batch(() => {
  notice.value = text;
  isSeen.value = seen;
});
const tell = (text) => say(text, true);

const A_READING = 10_000; // milliseconds, after which it makes room
effect(() => {
  if (!isSeen.value || !notice.value) return undefined;
  const timer = setTimeout(() => { isSeen.value = false; }, A_READING);
  return () => clearTimeout(timer);
});

// ---- moving along a level

const stepText = () => `${t("step-of", index.value + 1, steps.value.length)}: ${current.value.path}`;

const go = (place) => batch(() => {
  index.value = place;
  picked.value = hovered.value = null;
  const fast = playing.value && speed.value > 1; // faster than one can be told
  say(fast ? "" : stepText());
});

const move = (by) => {
  const place = index.value + by;
  if (place < 0) tell(t("at-begin"));
  else if (place >= steps.value.length) tell(t("at-end"));
  else go(place);
};

const next = () => move(1);
const previous = () => move(-1);

// ---- from one level to another

const within = (places, span) =>
  places.flatMap((step, place) => (step.span.every((id) => span.has(id)) ? [place] : []));

const enter = (name, place) => batch(() => {
  level.value = name;
  go(place);
});

// The same place of another level: its last step that is done by now.
const setLevel = (name) => {
  const span = new Set(current.value.span);
  entered = [];
  enter(name, Math.max(0, tracks.value[name].findLastIndex((step) => step.span.some((id) => span.has(id)))));
};

// The step of the other pass at the same value; where there is none, one near by, and a word of it.
const setDirection = (name) => {
  if (name === direction.value) return;
  const back = name === "forward", step = current.value, from = index.value, here = steps.value;
  const other = page.tracks[name], levels = Object.keys(other);
  const there = Object.hasOwn(other, level.value) ? level.value : levels.at(-1);
  let place = counterpart(step, other[there], back);
  const known = place >= 0;
  if (turned && turned.level === level.value && there === turned.level && back
    && counterpart(other[there][turned.place], here, false) === from) place = turned.place;
  turned = { level: level.value, place: from };
  if (place < 0) place = back ? reading(step, other[there]) : nearest(here, from, other[there]);
  entered = [];
  batch(() => {
    direction.value = name;
    enter(there, place);
    if (!known) tell(t(back ? "no-forward-step" : "no-gradient-step", step.path));
  });
};

// Forget the blocks that were stepped into and left since, by going elsewhere.
const leave = () => {
  while (entered.length) {
    const [name, place] = entered.at(-1), { span } = tracks.value[name][place];
    if (current.value.span.every((id) => span.includes(id))) break;
    entered.pop();
  }
};

const over = () => {
  leave();
  while (entered.length) {
    const [name, place] = entered.at(-1);
    const span = new Set(tracks.value[name][place].span);
    const later = within(steps.value, span).find((other) => other > index.value);
    if (later !== undefined) return go(later);
    entered.pop();
    enter(name, place);
  }
  next();
};

const into = () => {
  const names = Object.keys(tracks.value), span = new Set(current.value.span);
  for (const name of names.slice(names.indexOf(level.value) + 1)) {
    const places = within(tracks.value[name], span);
    if (places.length > 1) {
      entered.push([level.value, index.value]);
      return enter(name, places[0]);
    }
  }
  tell(t("nothing-inside"));
};

const out = () => {
  leave();
  if (entered.length) return enter(...entered.pop());
  const names = Object.keys(tracks.value), { span } = current.value;
  for (const name of names.slice(0, names.indexOf(level.value)).reverse()) {
    const place = tracks.value[name].findIndex((step) =>
      span.every((id) => step.span.includes(id)) && (step.span.length > span.length || page.own.includes(level.value)));
    if (place >= 0) return enter(name, place);
  }
  tell(t("nothing-around"));
};

// ---- breakpoints: on nodes; a step stops at them if it computes one, or its gradient

const stops = (step) => [...step.nodes, ...step.of].some((id) => breakpoints.value.has(id));

const toggle = (ids) => {
  const found = new Set(breakpoints.value), all = ids.every((id) => found.has(id));
  for (const id of ids) all ? found.delete(id) : found.add(id);
  breakpoints.value = found;
};
const toggleStep = (step) =>
  toggle(stops(step) ? [...step.nodes, ...step.of].filter((id) => breakpoints.value.has(id)) : [step.node]);

const run = (by) => {
  for (let place = index.value + by; steps.value[place]; place += by) {
    if (stops(steps.value[place])) {
      go(place);
      say(`${stepText()} — ${t("stopped")}`);
      return;
    }
  }
  tell(t("no-breakpoint"));
};

// ---- playing

effect(() => {
  if (!playing.value) return undefined;
  const timer = setInterval(() => {
    const last = steps.value.length - 1;
    if (index.value < last) next();
    if (index.value === last || stops(current.value)) playing.value = false;
  }, 1000 / speed.value);
  return () => clearInterval(timer);
});

const play = () => {
  if (!playing.value && index.value === steps.value.length - 1) go(0);
  playing.value = !playing.value;
};
