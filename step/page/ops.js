// The structural primitives, each once. An op gives its value, and the slopes of one element of
// it: [operand, place, slope] for every element of an operand that it is made of.

// ---- the numbers of one operand, in another order: a view

const VIEWS = {
  reshape: (node) => ({ offset: 0, strides: stridesOf(node.shape) }),
  permute_dims: (node, from) => {
    const own = stridesOf(from);
    return { offset: 0, strides: node.attrs.order.map((axis) => own[axis]) };
  },
  broadcast_to: (node, from) => stretched(from, node.shape),
  slice: (node, from) => {
    const own = stridesOf(from), spans = node.attrs.spans;
    return {
      offset: placeOf(spans.map(([start]) => start), { offset: 0, strides: own }),
      strides: spans.map(([, , step], axis) => step * own[axis]),
    };
  },
};
for (const name of ["expand_dims", "squeeze", "stop_gradient", "cast"]) {
  VIEWS[name] = VIEWS.reshape; // in the same order
}

const viewing = (view, name) => ({
  value: (node, [x]) => {
    const data = gathered(x.data, placesOf(node.shape, view(node, x.shape)));
    return node.dtype === x.dtype ? data : data.map(KINDS[node.dtype]);
  },
  slopes: (node, [x], place) => {
    const rounded = node.dtype !== "float" && node.dtype !== x.dtype;
    const slope = rounded || name === "stop_gradient" ? 0 : 1;
    return [[0, placeOf(indexOf(place, node.shape), view(node, x.shape)), slope]];
  },
});

// ---- operands put side by side, or into a frame: for each, where it begins and its step

const PLACED = {
  concat: (node, inputs) => {
    let before = 0;
    return inputs.map(({ shape }) => {
      const starts = shape.map((_, axis) => (axis === node.attrs.axis ? before : 0));
      before += shape[node.attrs.axis];
      return { starts, steps: shape.map(() => 1) };
    });
  },
  pad: (node) => [{
    starts: node.attrs.widths.map(([before]) => before), steps: node.shape.map(() => 1),
  }],
  place: (node) => [{
    starts: node.attrs.spans.map(([start]) => start), steps: node.attrs.spans.map((s) => s[2]),
  }],
};

const placing = (parts) => ({
  value: (node, inputs) => {
    const data = new Float64Array(sizeOf(node.shape)).fill(Number(node.attrs.value ?? 0));
    const own = stridesOf(node.shape);
    parts(node, inputs).forEach(({ starts, steps }, operand) => {
      const offset = placeOf(starts, { offset: 0, strides: own });
      const strides = own.map((stride, axis) => stride * steps[axis]);
      const { shape, data: from } = inputs[operand];
      placesOf(shape, { offset, strides }).forEach((to, n) => { data[to] = from[n]; });
    });
    return data;
  },
  slopes: (node, inputs, place) => {
    const index = indexOf(place, node.shape), found = [];
    parts(node, inputs).forEach(({ starts, steps }, operand) => {
      const { shape } = inputs[operand];
      const own = index.map((n, axis) => (n - starts[axis]) / steps[axis]);
      if (own.every((n, axis) => Number.isInteger(n) && n >= 0 && n < shape[axis])) {
        found.push([operand, placeOf(own, { offset: 0, strides: stridesOf(shape) }), 1]);
      }
    });
    return found;
  },
});

// ---- along axes: the first element of each row, and how far the others lie from it

const rowsOf = (shape, axes) => {
  const own = stridesOf(shape), along = shape.map((_, axis) => axes.includes(axis));
  const part = (chosen) => {
    const pick = (values) => values.filter((_, axis) => along[axis] === chosen);
    return placesOf(pick(shape), { offset: 0, strides: pick(own) });
  };
  return { firsts: part(false), others: part(true) };
};

const isMore = (x, y) => x > y || Number.isNaN(x); // NaN wins, as in numpy
const extreme = (row, more) => row.reduce((best, x) => (more(x, best) ? x : best));
const ties = (row, value) => {
  const count = row.reduce((total, x) => total + (x === value), 0);
  return row.map((x) => (x === value ? 1 / count : 0));
};

const FOLDS = {
  sum: { value: (row) => row.reduce((a, b) => a + b), slopes: (row) => row.map(() => 1) },
  mean: {
    value: (row) => row.reduce((a, b) => a + b) / row.length,
    slopes: (row) => row.map(() => 1 / row.length),
  },
  max: { value: (row) => extreme(row, isMore), slopes: ties },
  min: { value: (row) => extreme(row, (x, y) => x < y || Number.isNaN(x)), slopes: ties },
  argmax: {
    value: (row) => {
      const best = extreme(row, isMore);
      return row.findIndex((x) => Object.is(x, best)); // NaN is found too
    },
    slopes: (row) => row.map(() => 0),
  },
};

const folding = ({ value, slopes }) => ({
  value: (node, [x]) => {
    const { firsts, others } = rowsOf(x.shape, node.attrs.axis), row = new Float64Array(others.length);
    return Float64Array.from(firsts, (first) => {
      others.forEach((step, n) => { row[n] = x.data[first + step]; });
      return value(row);
    });
  },
  slopes: (node, [x], place) => {
    const { firsts, others } = rowsOf(x.shape, node.attrs.axis), first = firsts[place];
    const row = Float64Array.from(others, (step) => x.data[first + step]);
    const found = slopes(row, value(row));
    return Array.from(others, (step, n) => [0, first + step, found[n]]);
  },
});

const cumulativeSum = {
  value: (node, [x]) => {
    const data = x.data.slice(), stride = stridesOf(x.shape)[node.attrs.axis];
    const { firsts, others } = rowsOf(x.shape, [node.attrs.axis]);
    for (const first of firsts) {
      for (const step of others.subarray(1)) data[first + step] += data[first + step - stride];
    }
    return data;
  },
  slopes: (node, [x], place) => {
    const stride = stridesOf(x.shape)[node.attrs.axis];
    const last = indexOf(place, x.shape)[node.attrs.axis];
    return Array.from({ length: last + 1 }, (_, back) => [0, place - back * stride, 1]);
  },
};

// ---- matrices: stacks of them, stretched to the same shape

const matricesOf = (node, [x, y]) => {
  const lead = node.shape.slice(0, -2), [rows, columns] = node.shape.slice(-2);
  const starts = ({ shape }) => {
    const [view, step] = [stretched(shape.slice(0, -2), lead), sizeOf(shape.slice(-2))];
    return placesOf(lead, view).map((place) => place * step);
  };
  return { rows, columns, inner: x.shape.at(-1), left: starts(x), right: starts(y) };
};

const matmul = {
  value: (node, inputs) => {
    const { rows, columns, inner, left, right } = matricesOf(node, inputs);
    const [x, y] = inputs.map((input) => input.data), data = new Float64Array(sizeOf(node.shape));
    for (let matrix = 0, row = 0; matrix < left.length; matrix++) {
      for (let i = 0; i < rows; i++, row += columns) {
        for (let k = 0; k < inner; k++) {
          const factor = x[left[matrix] + i * inner + k], from = right[matrix] + k * columns;
          for (let j = 0; j < columns; j++) data[row + j] += factor * y[from + j];
        }
      }
    }
    return data;
  },
  slopes: (node, inputs, place) => {
    const { rows, columns, inner, left, right } = matricesOf(node, inputs);
    const matrix = Math.floor(place / (rows * columns));
    const i = Math.floor(place / columns) % rows, j = place % columns;
    return Array.from({ length: inner }, (_, k) => {
      const one = left[matrix] + i * inner + k, other = right[matrix] + k * columns + j;
      return [[0, one, inputs[1].data[other]], [1, other, inputs[0].data[one]]];
    }).flat();
  },
};

// ---- rows picked, and rows added up, by index

const checked = (index, length) => {
  for (const n of index) {
    if (!(n >= 0 && n < length)) throw new RangeError(`index ${n} is not one of 0 to ${length - 1}`);
  }
};

const tableOf = (node, [table]) => {
  const { axis } = node.attrs;
  return { length: table.shape[axis], width: sizeOf(table.shape.slice(axis + 1)) };
};

const take = {
  value: (node, inputs) => {
    const { length, width } = tableOf(node, inputs), [table, index] = inputs.map((x) => x.data);
    checked(index, length);
    return Float64Array.from({ length: sizeOf(node.shape) }, (_, place) => {
      const picked = Math.floor(place / width), n = picked % index.length;
      const before = Math.floor(picked / index.length);
      return table[(before * length + index[n]) * width + place % width];
    });
  },
  slopes: (node, inputs, place) => {
    const { length, width } = tableOf(node, inputs), index = inputs[1].data;
    const picked = Math.floor(place / width), n = picked % index.length;
    const before = Math.floor(picked / index.length);
    return [[0, (before * length + index[n]) * width + place % width, 1], [1, n, 0]];
  },
};

const scatterAdd = {
  value: (node, [index, values]) => {
    checked(index.data, node.shape[0]);
    const width = sizeOf(node.shape.slice(1)), data = new Float64Array(sizeOf(node.shape));
    values.data.forEach((x, place) => {
      data[index.data[Math.floor(place / width)] * width + place % width] += x;
    });
    return data;
  },
  slopes: (node, [index], place) => {
    const width = sizeOf(node.shape.slice(1)), row = Math.floor(place / width), found = [];
    index.data.forEach((n, from) => {
      if (n === row) found.push([0, from, 0], [1, from * width + place % width, 1]);
    });
    return found;
  },
};

// ---- of sizes alone

const sized = (value) => ({ value, slopes: () => [] });

// ---- functions of every element; their operands are stretched to the same shape

const mapping = ({ value, slopes }) => ({
  value: (node, inputs) => {
    const places = inputs.map(({ shape }) => placesOf(node.shape, stretched(shape, node.shape)));
    const [a, b, c] = inputs.map(({ data }) => data), [p, q, r] = places;
    const data = new Float64Array(sizeOf(node.shape));
    for (let n = 0; n < data.length; n++) data[n] = value(a[p[n]], b?.[q[n]], c?.[r[n]]);
    return data;
  },
  slopes: (node, inputs, place) => {
    const index = indexOf(place, node.shape);
    const at = inputs.map(({ shape }) => placeOf(index, stretched(shape, node.shape)));
    const operands = inputs.map(({ data }, operand) => data[at[operand]]);
    return at.map((from, operand) => [operand, from, slopes[operand](...operands)]);
  },
});

const each = (table, make) => Object.fromEntries(
  Object.entries(table).map(([name, found]) => [name, make(found, name)]));

const STRUCTURAL = {
  ...each(VIEWS, viewing),
  ...each(PLACED, placing),
  ...each(FOLDS, folding),
  cumulative_sum: cumulativeSum,
  matmul,
  take,
  scatter_add: scatterAdd,
  arange: sized((node) => Float64Array.from({ length: node.shape[0] }, (_, n) => n)),
  dim: sized((node) => Float64Array.of(node.attrs.size)),
};
