// What may be changed of a node: numbers in its place, knock-outs of these, single cells of what
// comes out. In this order, in whichever they were made.

const UNCHANGED = { data: null, knockOuts: [], cells: new Map() };

// Refuse numbers that a node's kind does not have.
const checkKind = ({ path, dtype }, numbers) => {
  const fits = { float: (x) => !Number.isNaN(x), int: Number.isInteger, bool: (x) => x === 0 || x === 1 };
  const bad = numbers.find((x) => !fits[dtype](x));
  if (bad !== undefined) throw new RangeError(`${path}: ${bad} is no ${dtype}`);
};

const withCells = (value, cells) => {
  if (!cells.size) return value;
  const found = value.slice();
  for (const [place, x] of cells) found[place] = x;
  return found;
};

// Knock-outs, as cutaway.step.knockout has them: what they make of a value.
const CHANGES = {
  operand: (change, node, value, inputs) => {
    const { shape, data } = inputs[change.place];
    return gathered(data, placesOf(node.shape, stretched(shape, node.shape)));
  },
  head: ({ heads, head }, node, value) => {
    const lane = sizeOf(node.shape.slice(-2)), found = value.slice();
    for (let n = heads > 1 ? head : 0; n * lane < found.length; n += heads) {
      found.fill(0, n * lane, (n + 1) * lane);
    }
    return found;
  },
  uniform: ({ axis, scores }, node, value, inputs) => {
    const found = new Float64Array(value.length), { firsts, others } = rowsOf(node.shape, [axis]);
    const open = scores ? (n) => inputs[0].data[n] !== -Infinity : (n) => value[n] > 0;
    for (const first of firsts) {
      const seen = Array.from(others, (step) => first + step).filter(open);
      for (const n of seen) found[n] = 1 / seen.length;
    }
    return found;
  },
};
