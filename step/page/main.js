// The page as a whole.

const heading = () => page.title[lang.value] || t("untitled", program.outputs.map(nameOf).join(", "));

const App = () => [
  h("header", null,
    h("h1", null, h("bdi", null, heading())),
    h("button", { type: "button", "aria-haspopup": "dialog", onClick: showKeys }, t("keys")),
    h(Views)),
  h("main", null, h(Moves), h(Figure), h(Panel), h("div", { class: "side" }, h(WhatIf), h(Steps))),
  h(Keys),
  h("p", { class: isSeen.value ? "status" : "status unseen", role: "status" }, notice.value),
];

effect(() => {
  document.documentElement.lang = { en: "en", zh: "zh-CN" }[lang.value];
  document.title = heading();
});
if (!FRAMED) {
  follow();
  effect(() => { writeAddress(address.value); });
  addEventListener("hashchange", () => location.hash !== address.value && follow());
}

const root = document.getElementById("app");
root.textContent = "";
render(h(App), root);

const room = document.querySelector(".panel");
const fit = () => {
  const style = getComputedStyle(room);
  width.value = room.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
};
new ResizeObserver(fit).observe(room);
fit();
document.documentElement.dataset.ready = Math.round(performance.now()); // milliseconds
