"use strict";
// The drawings stand in the page, one in <main> and the others as templates. This shows one of
// them, moves and zooms it; what a click leads to is written in the data.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const stage = document.querySelector("main");
  const status = document.getElementById("status");
  const byId = (id) => document.getElementById(id);
  const first = stage.querySelector("svg");
  const SVG = first.namespaceURI;
  const NEAR = 8, STEP = 1.25; // how near one can come, and by how much a key zooms
  let at = 0, svg = first, size, scale = 1, x = 0, y = 0, fitted = true;

  const element = (name, attributes, parent) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return parent.appendChild(made);
  };

  // ---- where the reader looks: `scale` pixels for each point, (x, y) in the middle

  const smallest = () => Math.min(stage.clientWidth / size.width, stage.clientHeight / size.height);
  const apply = () => {
    const width = stage.clientWidth / scale, height = stage.clientHeight / scale;
    svg.setAttribute("viewBox", `${x - width / 2} ${y - height / 2} ${width} ${height}`);
  };
  const fit = () => {
    scale = Math.min(smallest(), 2);
    [x, y, fitted] = [size.width / 2, size.height / 2, true];
    apply();
  };
  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
  const look = (nextX, nextY) => {
    [x, y, fitted] = [clamp(nextX, 0, size.width), clamp(nextY, 0, size.height), false];
    apply();
  };
  const middle = () => {
    const frame = stage.getBoundingClientRect();
    return [frame.left + frame.width / 2, frame.top + frame.height / 2];
  };
  const zoom = (factor, point = middle()) => { // what is under the point stays there
    const [left, top] = middle(), before = scale;
    scale = clamp(scale * factor, Math.min(smallest() / 2, 1), NEAR);
    const share = 1 / before - 1 / scale;
    look(x + (point[0] - left) * share, y + (point[1] - top) * share);
  };

  // ---- one drawing after another

  const centre = (group) => {
    const box = group.querySelector("rect").getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  };
  const find = (name, value) =>
    [...svg.querySelectorAll(`[${name}]`)].find((group) => group.getAttribute(name) === value);
  const badge = (group, path) => {
    const rect = group.querySelector("rect"), number = (name) => Number(rect.getAttribute(name));
    const place = `translate(${number("x") + number("width") - 1},${number("y") + 1})`;
    const sign = element("g", { class: "badge", transform: place, "aria-hidden": "true" }, group);
    element("circle", { r: 5.5 }, sign);
    element("path", { d: path }, sign);
  };
  const button = (group, target, expanded) => {
    const label = group.querySelector("title").textContent;
    group.setAttribute("role", "button");
    group.setAttribute("tabindex", "0");
    group.setAttribute("aria-expanded", String(expanded));
    group.setAttribute("aria-label", `${label}: ${expanded ? data.words.shut : data.words.open}`);
    group.dataset.target = target;
    badge(group, expanded ? "M-3,0 h6" : "M-3,0 h6 M0,-3 v6");
  };
  const prepare = () => {
    const { width, height } = svg.viewBox.baseVal;
    size = { width, height };
    svg.removeAttribute("width");
    svg.removeAttribute("height");
    const view = data.views[at];
    for (const [name, targets, expanded] of [
      ["data-scope", view.frames, true],
      ["data-path", view.boxes, false],
    ]) {
      for (const group of svg.querySelectorAll(`[${name}]`)) {
        const target = targets[group.getAttribute(name)];
        if (target !== undefined) button(group, target, expanded);
      }
    }
    byId("close").disabled = at === 0;
  };
  const show = (index, group) => {
    const path = group && (group.dataset.path ?? group.dataset.scope);
    const before = group && centre(group), focused = group === document.activeElement;
    const next = index === 0 ? first : byId(`view-${index}`).content.firstElementChild;
    at = index;
    svg.remove();
    svg = next.cloneNode(true);
    stage.append(svg);
    prepare();
    const other = path && (find("data-scope", path) ?? find("data-path", path));
    if (fitted) fit();
    else if (other) {
      apply();
      const after = centre(other);
      look(x + (after[0] - before[0]) / scale, y + (after[1] - before[1]) / scale);
    } else look(x, y);
    if (focused) (other?.hasAttribute("tabindex") ? other : stage).focus();
    const count = svg.querySelectorAll("[data-path]").length;
    const name = (other ?? svg).querySelector("title").textContent;
    status.textContent = `${name}: ${count} ${data.words.boxes}`;
  };
  const press = (group) => show(Number(group.dataset.target), group);

  // ---- mouse and touch

  const pointers = new Map();
  let moved = 0;
  const spread = () => {
    const [a, b] = [...pointers.values()];
    return { far: Math.hypot(a[0] - b[0], a[1] - b[1]), at: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] };
  };
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (pointers.size === 0) moved = 0;
    pointers.set(event.pointerId, [event.clientX, event.clientY]);
  });
  addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const dx = event.clientX - before[0], dy = event.clientY - before[1];
    moved += Math.abs(dx) + Math.abs(dy);
    if (moved < 4) return;
    stage.classList.add("moving");
    const pair = pointers.size === 2 ? spread() : null;
    pointers.set(event.pointerId, [event.clientX, event.clientY]);
    if (pair) {
      const now = spread();
      look(x - (now.at[0] - pair.at[0]) / scale, y - (now.at[1] - pair.at[1]) / scale);
      zoom(now.far / (pair.far || 1), now.at);
    } else if (pointers.size === 1) look(x - dx / scale, y - dy / scale);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    addEventListener(name, (event) => {
      pointers.delete(event.pointerId);
      stage.classList.remove("moving");
    });
  }
  stage.addEventListener("click", (event) => {
    const group = event.target.closest("[data-target]");
    if (group && moved < 4) press(group);
  });
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), [event.clientX, event.clientY]);
  }, { passive: false });

  // ---- keys, where the drawing has the focus

  const stride = (dx, dy) => () => look(x + (dx * 60) / scale, y + (dy * 60) / scale);
  const keys = {
    "+": () => zoom(STEP), "=": () => zoom(STEP), "-": () => zoom(1 / STEP), "0": fit,
    ArrowLeft: stride(-1, 0), ArrowRight: stride(1, 0),
    ArrowUp: stride(0, -1), ArrowDown: stride(0, 1),
    Escape: () => at && show(0),
  };
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const group = event.target.closest("[data-target]");
    if (group && (event.key === "Enter" || event.key === " ")) press(group);
    else if (Object.hasOwn(keys, event.key)) keys[event.key]();
    else return;
    event.preventDefault();
  });
  stage.addEventListener("focusin", (event) => { // what has the focus is to be seen
    const group = event.target.closest("[data-target]");
    if (!group || !group.matches(":focus-visible")) return;
    const [cx, cy] = centre(group), frame = stage.getBoundingClientRect();
    const inside = cx > frame.left && cx < frame.right && cy > frame.top && cy < frame.bottom;
    const [left, top] = middle();
    if (!inside) look(x + (cx - left) / scale, y + (cy - top) / scale);
  });

  // ---- the buttons

  byId("in").onclick = () => zoom(STEP);
  byId("out").onclick = () => zoom(1 / STEP);
  byId("fit").onclick = fit;
  byId("close").onclick = () => { show(0); stage.focus(); };
  const theme = byId("theme");
  if (theme) {
    theme.onclick = () => {
      const root = document.documentElement;
      const dark = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
      root.dataset.theme = (root.dataset.theme ?? dark) === "dark" ? "light" : "dark";
    };
  }

  new ResizeObserver(() => (fitted ? fit() : apply())).observe(stage);
  stage.classList.add("live");
  stage.tabIndex = 0;
  document.querySelector("nav").hidden = false;
  svg = first.cloneNode(true);
  first.replaceWith(svg);
  prepare();
  fit();
})();
