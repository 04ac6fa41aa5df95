// Knock-outs, as cutaway.step.knockout has them: what they make of a value.

const CHANGES = {
  operand: (change, node, value, inputs) => {
    const { shape, data } = inputs[change.place];
    return Float64Array.from(placesOf(node.shape, stretched(shape, node.shape)), (n) => data[n]);
  },
  head: ({ heads, head }, node, value) => {
    const lane = sizeOf(node.shape.slice(-2)), found = Float64Array.from(value);
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
