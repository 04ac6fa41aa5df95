// Arrays as cutaway.step.shipped writes them.

const STORED = { float32: Float32Array, float64: Float64Array, int32: Int32Array, uint8: Uint8Array };

const decode = ({ kind, text }) => {
  const letters = atob(text), bytes = new Uint8Array(letters.length);
  for (let n = 0; n < bytes.length; n++) bytes[n] = letters.charCodeAt(n);
  return new Float64Array(new STORED[kind](bytes.buffer));
};
