// What the page carries: it is deflated, and stands in it as base64.

const { h, render, signal, computed, effect, batch, useLayoutEffect, useRef } = ui;

const inflate = async (element) => {
  const bytes = Uint8Array.from(atob(element.textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).text();
};
const FRAMED = location.protocol === "about:"; // in a notebook, whose address is not ours
const packed = (name) => inflate(document.getElementById(name));
const page = JSON.parse(await packed("page"));
const machine = new Machine(Machine.read(await packed("program"))), { program } = machine;
const drawings = new Map(await Promise.all(
  [...document.querySelectorAll("[data-drawing]")].map(
    async (element) => [element.dataset.drawing, await inflate(element)]),
));

// Drawings and formulas are ours, with every text in them escaped: they may become elements.
const trusted = globalThis.trustedTypes?.createPolicy("cutaway", { createHTML: (text) => text });
const markup = (element, text) => {
  element.innerHTML = trusted ? trusted.createHTML(text) : text;
};

// A path: from left to right, whatever is written in its names, and broken at its slashes in any
// language.
const Path = ({ text, ...more }) => h("bdi", { dir: "ltr", ...more },
  text.split("/").map((name, n) => [n > 0 && "/", n > 0 && h("wbr"), h("bdi", null, name)]));

// Something of a component's own, made once.
const kept = (make) => {
  const place = useRef();
  return (place.current ??= make());
};
