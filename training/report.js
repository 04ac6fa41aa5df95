"use strict";
// Light or dark: the reader's system chooses, until the button is pressed.
(() => {
  const button = document.querySelector("button");
  const root = document.documentElement;
  button.hidden = false;
  button.onclick = () => {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    root.dataset.theme = (root.dataset.theme ?? dark) === "dark" ? "light" : "dark";
  };
})();
