// What moves, and what chooses how it is seen.

const ICONS = {
  previous: "M15 5 7 12l8 7z M5 5h2v14H5z", next: "M9 5l8 7-8 7z M17 5h2v14h-2z",
  play: "M7 4l13 8-13 8z", pause: "M6 5h4v14H6z M14 5h4v14h-4z",
  over: "M4 12a8 7 0 0 1 15-3l2-2v7h-7l3-3a6 5 0 0 0-11 1z M10 17h4v4h-4z",
  into: "M11 3h2v8h4l-5 6-5-6h4z M10 18h4v4h-4z", out: "M12 3l5 6h-4v8h-2V9H7z M10 18h4v4h-4z",
  run: "M4 5l7 7-7 7z M11 5l7 7-7 7z M18 9a3 3 0 1 1 0 6z", reverse: "M20 5l-7 7 7 7z M13 5l-7 7 7 7z M6 9a3 3 0 1 0 0 6z",
};

const icon = (name) => h("svg", { viewBox: "0 0 24 24", width: 20, height: 20, "aria-hidden": "true" },
  h("path", { d: ICONS[name] }));

const Button = ({ name, onClick, said = false }) => h("button", {
  type: "button", class: said ? "said" : "", "aria-label": t(name), title: t(name), onClick,
}, icon(name), said && h("span", { "aria-hidden": "true" }, t(name)));

const Select = ({ name, value, options, onChange }) => h("div", { class: "select" },
  h("label", { for: `select-${name}` }, t(name)),
  h("select", { id: `select-${name}`, value, onChange: (event) => onChange(event.target.value) },
    options.map(([key, text, language]) => h("option", { value: key, selected: key === value, lang: language }, text))));

const Moves = () => h("div", { class: "moves", role: "group", "aria-label": t("controls") },
  h("div", { class: "buttons" },
    h(Button, { name: "reverse", onClick: () => run(-1) }),
    h(Button, { name: "previous", onClick: previous }),
    h(Button, { name: playing.value ? "pause" : "play", onClick: play }),
    h(Button, { name: "next", onClick: next }),
    h(Button, { name: "run", onClick: () => run(1) })),
  h("div", { class: "buttons" },
    h(Button, { name: "over", onClick: over, said: true }),
    h(Button, { name: "into", onClick: into, said: true }),
    h(Button, { name: "out", onClick: out, said: true })),
  h("div", { class: "position" },
    h("input", {
      type: "range", id: "position", min: 0, max: steps.value.length - 1, value: index.value,
      "aria-label": t("position"),
      "aria-valuetext": `${t("step-of", index.value + 1, steps.value.length)}: ${current.value.path}`,
      onInput: (event) => go(Number(event.target.value)),
    }),
    h("span", { class: "count", "aria-hidden": "true" }, `${index.value + 1} / ${steps.value.length}`)),
  h(Select, {
    name: "speed", value: String(speed.value), options: SPEEDS.map((n) => [String(n), `${n} / s`]),
    onChange: (value) => { speed.value = Number(value); },
  }));

const Views = () => h("div", { class: "views", role: "group", "aria-label": t("view") },
  h(Select, {
    name: "level", value: level.value, onChange: setLevel,
    options: Object.keys(tracks.value).map((name) =>
      [name, name === "token" ? t("along", t(name), page.axis) : t(name)]),
  }),
  h(Select, {
    name: "direction", value: direction.value, onChange: setDirection,
    options: DIRECTIONS.filter((name) => page.tracks[name]).map((name) => [name, t(name)]),
  }),
  h(Select, {
    name: "language", value: lang.value, options: [["en", "English", "en"], ["zh", "中文", "zh-CN"]],
    onChange: (value) => { lang.value = value; },
  }),
  h(Select, {
    name: "theme", value: theme.value, options: THEMES.map((name) => [name, t(name)]),
    onChange: setTheme,
  }),
  h(LeftOut));

// Levels that are too long for a page are named: who looks for them knows where they went.
const LeftOut = () => {
  if (!page.left_out.length) return null;
  const names = page.left_out.map(([name, way]) => t("left-steps", t(way), t(name)));
  return h("p", { class: "note" }, t("left-out", new Intl.ListFormat(lang.value).format(names)));
};
