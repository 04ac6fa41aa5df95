// The address leads to a step, with what was changed: #step=…&level=…&dir=…&lang=…&theme=…&change=…

// Where a step is: [direction, level, place]. It is looked for there first where it should be.
const seek = (step, way, name) => {
  const first = (wanted, others) => [...others].sort((a, b) => (b === wanted) - (a === wanted));
  for (const direction of first(way, Object.keys(page.tracks))) {
    for (const level of first(name, Object.keys(page.tracks[direction]))) {
      const place = page.tracks[direction][level].findIndex(({ path }) => path === step);
      if (place >= 0) return [direction, level, place];
    }
  }
  const numbered = /^\d+$/.test(step) && Object.hasOwn(page.tracks[way], name) && page.tracks[way][name][step];
  return numbered ? [way, name, Number(step)] : null;
};

// Go to a step, and to the same place of another direction or level if one is asked for. What is not
// asked for (null) is as the page begins, or as the step has it.
const arrive = (step, way, name) => {
  const known = way === null || Object.hasOwn(page.tracks, way);
  const found = known && (step === null ? [direction.value, level.value, index.value]
    : seek(step, way ?? page.start.direction, name ?? page.start.level));
  if (!found || (name !== null && !Object.hasOwn(page.tracks[way ?? found[0]], name))) {
    tell(t("no-step"));
    return;
  }
  [direction.value, level.value] = found;
  entered = [];
  go(found[2]);
  if (way !== null && way !== direction.value) setDirection(way);
  if (name !== null && name !== level.value) setLevel(name);
};

const follow = () => {
  const asked = new URLSearchParams(location.hash.slice(1));
  batch(() => {
    if (LANGUAGES.includes(asked.get("lang"))) lang.value = asked.get("lang");
    if (THEMES.includes(asked.get("theme"))) setTheme(asked.get("theme"));
    if (["step", "level", "dir"].some((key) => asked.has(key))) {
      arrive(asked.get("step"), asked.get("dir"), asked.get("level"));
    }
    const changes = asked.getAll("change").filter((text) => text); // an empty one: nothing is changed
    if (asked.has("change") && !restore(changes)) tell(t("not-this-model"));
  });
};

// Changes stand there if they are others than those that the page brings along.
const address = computed(() => {
  const found = new URLSearchParams({
    step: current.value.path, level: level.value, dir: direction.value, lang: lang.value, theme: theme.value,
  });
  const texts = made.value.map(written);
  if (texts.join("\n") !== begun.join("\n")) {
    for (const text of texts.length ? texts : [""]) found.append("change", text);
  }
  return `#${found}`;
});

// Write the address. Browsers refuse one that changes too often (WebKit: 100 times in 10 to 30 s), so
// that a hurried reader's is written when he rests; but what he changes at once.
const A_WHILE = 30_000, OFTEN = 30, A_REST = 500; // milliseconds, times
let times = [], later = 0, held = made.value;
const write = (text) => {
  times.push(performance.now());
  held = made.peek();
  history.replaceState(null, "", text);
};
const writeAddress = (text) => {
  clearTimeout(later);
  times = times.filter((time) => performance.now() - time < A_WHILE);
  if (times.length < OFTEN || made.peek() !== held) write(text);
  else later = setTimeout(() => write(text), A_REST);
};
