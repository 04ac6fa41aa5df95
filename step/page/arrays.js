// Arrays lie in memory row by row: {shape, data}. A view of one is an offset and a stride for each
// axis, counted in elements.

const sizeOf = (shape) => shape.reduce((product, length) => product * length, 1);

const stridesOf = (shape) => {
  const strides = new Array(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
};

// Where the element at an index lies.
const placeOf = (index, { offset, strides }) =>
  index.reduce((place, n, axis) => place + n * strides[axis], offset);

const indexOf = (place, shape) => stridesOf(shape).map((stride, axis) =>
  Math.floor(place / stride) % shape[axis]);

// Where the elements of a view lie, in its own order.
const placesOf = (shape, { offset, strides }) => {
  const places = new Int32Array(sizeOf(shape)), index = shape.map(() => 0);
  let place = offset;
  for (let n = 0; n < places.length; n++) {
    places[n] = place;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += strides[axis];
      if (++index[axis] < shape[axis]) break;
      place -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return places;
};

// The numbers at some places.
const gathered = (data, places) => {
  const found = new Float64Array(places.length);
  for (let n = 0; n < places.length; n++) found[n] = data[places[n]];
  return found;
};

// An array as it stands, stretched to a shape: axes are aligned at the end.
const stretched = (from, shape) => {
  const own = stridesOf(from), added = shape.length - from.length;
  const strides = shape.map((_, axis) => (axis < added || from[axis - added] === 1
    ? 0 : own[axis - added]));
  return { offset: 0, strides };
};

// What a number is as a kind.
const KINDS = {
  float: (x) => x,
  int: Math.trunc,
  bool: (x) => (x === 0 ? 0 : 1),
};
