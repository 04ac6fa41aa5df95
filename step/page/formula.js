// Formulas are MathML; in those of a single op the operands' numbers stand in place of the words
// "operand 0", "operand 1", …

const MATHML = "http://www.w3.org/1998/Math/MathML", SHOWN = 4;

const math = (name, ...children) => {
  const element = document.createElementNS(MATHML, name);
  element.append(...children);
  return element;
};

// Where a row may be broken: before an operator, and between two factors.
const pieces = (row) => {
  const found = [];
  for (const part of [...row.children]) {
    const before = part.previousElementSibling, sign = (element) => element.matches("mo:not([fence])");
    const breaks = before && !sign(before) && (sign(part) || (before.matches(".operand") && part.matches(".operand")));
    if (sign(part) && before) part.setAttribute("form", "infix"); // also where it begins a line
    if (breaks || !before) found.push([]);
    found.at(-1).push(part);
  }
  return found;
};

const ends = (length) => (length <= SHOWN ? [...Array(length).keys()] : [0, 1, null, length - 1]);

const numeral = (x, dtype) => {
  const text = brief(x, dtype), [digits, power] = /\de/.test(text) ? text.split("e") : [text];
  const number = math(/^[a-zN]/.test(digits) ? "mi" : "mn", digits);
  return power === undefined ? number : math("mrow", number, math("mo", "·"),
    math("msup", math("mn", "10"), math("mn", power.replace("+", ""))));
};

const matrix = (part) => {
  const { shape } = part, rank = shape.length;
  if (!rank) {
    const x = numberAt(part, []), found = numeral(x, part.dtype);
    return x < 0 ? math("mrow", math("mo", "("), found, math("mo", ")")) : found;
  }
  const lead = shape.slice(0, Math.max(0, rank - 2)), first = lead.map(() => 0);
  const rows = rank > 1 ? ends(shape[rank - 2]) : [0];
  const table = math("mtable", ...rows.map((row) => math("mtr", ...ends(shape[rank - 1]).map((column) =>
    math("mtd", row === null ? math("mo", column === null ? "⋱" : "⋮") : column === null ? math("mo", "⋯")
      : numeral(numberAt(part, [...first, ...(rank > 1 ? [row] : []), column]), part.dtype))))));
  table.setAttribute("class", "matrix"); // with brackets of its own: not every font has large ones
  const found = math("mrow", table);
  return lead.some((length) => length > 1)
    ? math("mrow", math("mo", "["), found, math("mo", ","), math("mi", "…"), math("mo", "]")) : found;
};

const operandOf = (part) => {
  const found = math("mrow", matrix(part));
  found.setAttribute("class", "operand");
  return found;
};

const infix = (sign) => {
  const found = math("mo", sign);
  found.setAttribute("form", "infix");
  return found;
};

// `operands`: the parts that stand in it, if it has places for them.
const Formula = ({ text, operands = [], value, label }) => {
  const place = useRef();
  useLayoutEffect(() => {
    markup(place.current, text);
    for (const words of place.current.querySelectorAll("mtext")) {
      const operand = operands[/^operand\s(\d+)$/.exec(words.textContent)?.[1]];
      if (operand) words.replaceWith(operandOf(operand));
    }
    const whole = place.current.querySelector("math"), row = whole.querySelector(":scope > mrow") ?? whole;
    const rows = pieces(row);
    if (value) rows.push([infix("="), matrix(value)]);
    const lines = rows.map((parts) => math("math", ...parts));
    for (const line of lines) line.setAttribute("displaystyle", "true");
    place.current.replaceChildren(...lines);
  });
  return h("div", { class: "formula", ref: place, tabindex: 0, role: "group", "aria-label": label });
};
