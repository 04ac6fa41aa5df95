// Turning round: from a step to that of the other pass at the same value, as the stepper's goto finds it.

const BACK = "∇/";

// The step of a list that has a value, or the same part of it; else one that computes it on its way.
const having = (list, id, at) => {
  const part = JSON.stringify(at);
  const exact = list.findIndex((step) => step.node === id && JSON.stringify(step.at) === part);
  return exact < 0 ? list.findIndex(({ nodes }) => nodes.includes(id)) : exact;
};

// What the value of a step is called in the other pass: its gradient, or whose gradient it is.
const otherOf = (id, back) => (back ? program.nodes[id].forward_of : program.gradients[id]) ?? null;

// The place of the step at the same value in a list of the other pass; -1 where there is none.
const counterpart = (step, list, back) => {
  const name = back ? step.path.replace(BACK, "") : BACK + step.path;
  const named = list.findIndex(({ path }) => path === name);
  if (named >= 0 && step.nodes.length > 1) return named; // a block
  for (const id of [step.node, ...step.nodes.toReversed(), ...step.span.toReversed()]) {
    const other = otherOf(id, back);
    const place = other === null ? -1 : having(list, other, step.at);
    if (place >= 0) return place;
  }
  return -1;
};

// The nearest place whose step has one: of two, the later.
const nearest = (steps, from, list) => {
  for (let far = 1; far < steps.length; far++) {
    for (const near of [from + far, from - far]) {
      const place = steps[near] ? counterpart(steps[near], list, false) : -1;
      if (place >= 0) return place;
    }
  }
  return 0;
};

// The first step that reads what is given, where a step is about its gradient.
const reading = (step, list) => {
  const id = otherOf(step.node, true);
  return Math.max(0, list.findIndex(({ inputs }) => inputs.some(([source]) => source === id)));
};
