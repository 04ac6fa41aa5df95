// Keys: the same as in the terminal, from one table. Who needs the letters for something else, as for
// speech input, switches them off in the list.

const lettersOn = signal(true);

const finest = (by) => {
  const names = Object.keys(tracks.value), name = names[names.indexOf(level.value) + by];
  if (name) setLevel(name);
  else tell(t("only-level"));
};
const following = (names, name) => names[(names.indexOf(name) + 1) % names.length];
const focusOn = (id) => {
  const element = document.getElementById(id);
  if (element) element.focus();
  else tell(t("set-hint"));
};

const ACTIONS = {
  next, previous, over, into, out, run: () => run(1), reverse: () => run(-1),
  first: () => go(0), last: () => go(steps.value.length - 1),
  finer: () => finest(1), coarser: () => finest(-1),
  outline: () => document.querySelector(".list [aria-current]").focus(),
  direction: () => setDirection(following(DIRECTIONS.filter((name) => page.tracks[name]), direction.value)),
  language: () => { lang.value = following(["en", "zh"], lang.value); },
  theme: () => setTheme(following(["light", "dark"], theme.value === "system" ? (isNight.value ? "dark" : "light") : theme.value)),
  break: () => toggleStep(current.value),
  edit: () => focusOn("new-value"),
  "knock-out": () => focusOn("select-knock-out"),
  reset: () => takeBack(),
  help: () => showKeys(),
};

const showKeys = () => {
  const list = document.getElementById("keys");
  if (list.open) list.close();
  else list.showModal();
};

// Letters are for what is typed, or chosen, where there is something to type or to choose.
const taken = (element) => element.closest("input:not([type=range]):not([type=checkbox]), select, textarea");

addEventListener("keydown", (event) => {
  const { key, ctrlKey, metaKey, altKey, defaultPrevented } = event;
  const found = page.keys.find((known) => known.key === key);
  if (!found || ctrlKey || metaKey || altKey || defaultPrevented || taken(event.target)) return;
  const modal = document.getElementById("keys").open;
  if (found.action !== "help" && (modal || !lettersOn.value)) return;
  event.preventDefault();
  ACTIONS[found.action]();
});

const Keys = () => h("dialog", { id: "keys", "aria-labelledby": "keys-title" },
  h("h2", { id: "keys-title" }, t("keys")),
  h("dl", null, page.keys.map(({ key, title }) => [
    h("dt", null, h("kbd", null, key)), h("dd", null, title[lang.value])])),
  h("label", null,
    h("input", { type: "checkbox", checked: lettersOn.value, onChange: (event) => { lettersOn.value = event.target.checked; } }),
    ` ${t("letters")}`),
  h("button", { type: "button", onClick: showKeys }, t("close-keys")));
