// Arrays as cutaway.step.shipped writes them.

const STORED = { float32: Float32Array, float64: Float64Array, int32: Int32Array, uint8: Uint8Array };

const decode = ({ kind, text }) => {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return Float64Array.from(new STORED[kind](bytes.buffer));
};
