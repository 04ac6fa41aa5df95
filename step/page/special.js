// Functions that sympy writes and Math lacks.

// The error function: its power series, all of whose terms are positive, so that none cancel.
const erf = (x) => {
  const square = x * x;
  if (square > 36) return Math.sign(x); // nearer to 1 than any other number
  let term = x, sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * square) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-square) * sum;
};

// log(1 + exp(x)), which never overflows.
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
