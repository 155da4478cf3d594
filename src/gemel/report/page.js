"use strict";

const tip = document.querySelector(".tip");

function place(x, y) {
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const left = Math.max(8, Math.min(document.documentElement.clientWidth - width - 8, x + 14));
  const top = y + 18 + height < innerHeight ? y + 18 : Math.max(8, y - height - 14);
  tip.style.left = `${left + scrollX}px`;
  tip.style.top = `${top + scrollY}px`;
}

function hide() {
  tip.hidden = true;
}

/* Charts: bands answer a pointer, or the arrow keys once the chart has the focus. */

function read(svg, band, x, y) {
  svg.querySelector(".band.on")?.classList.remove("on");
  band.classList.add("on");
  tip.replaceChildren(band.dataset.words);
  place(x, y);
}

function leave(svg) {
  svg.querySelector(".band.on")?.classList.remove("on");
  hide();
}

for (const svg of document.querySelectorAll(".chart svg")) {
  const bands = [...svg.querySelectorAll(".band")];
  svg.addEventListener("pointermove", (event) => {
    const band = event.target.closest(".band");
    if (band) read(svg, band, event.clientX, event.clientY);
    else leave(svg);
  });
  svg.addEventListener("pointerleave", () => leave(svg));
  svg.addEventListener("blur", () => leave(svg));
  svg.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") leave(svg);
    if (!step || !bands.length) return;
    event.preventDefault();
    const now = bands.findIndex((band) => band.classList.contains("on"));
    const next = now < 0 ? (step > 0 ? 0 : bands.length - 1) : now + step;
    const band = bands[Math.max(0, Math.min(bands.length - 1, next))];
    const box = band.getBoundingClientRect();
    read(svg, band, box.left + box.width / 2, box.top + box.height / 2);
  });
}

/* The map: an item shows itself large, and the others of its label stand out. */

const map = document.querySelector(".map");
const places = [...document.querySelectorAll(".place")];
const keys = [...document.querySelectorAll(".legend button")];

function pressed() {
  return keys.find((key) => key.getAttribute("aria-pressed") === "true")?.dataset.code;
}

function single_out(code) {
  map.classList.toggle("singled", code !== undefined);
  for (const item of places) item.classList.toggle("kin", item.dataset.code === code);
}

function enlarge(item) {
  const label = document.createElement("b");
  label.textContent = item.dataset.label;
  const name = document.createElement("small");
  name.textContent = item.dataset.name;
  const picture = document.createElement("div");
  picture.className = "picture";
  picture.append(...[...item.childNodes].map((node) => node.cloneNode(true)));
  tip.replaceChildren(picture, label, name);
  const box = item.getBoundingClientRect();
  place(box.right, box.top);
  single_out(item.dataset.code);
}

function rest() {
  hide();
  single_out(pressed());
}

function neighbour(item, [dx, dy]) {
  const from = item.getBoundingClientRect();
  let best = item;
  let least = Infinity;
  for (const other of places) {
    const to = other.getBoundingClientRect();
    const along = (to.left - from.left) * dx + (to.top - from.top) * dy;
    const aside = Math.abs((to.left - from.left) * dy) + Math.abs((to.top - from.top) * dx);
    if (along > 0.5 && along + 2 * aside < least) [best, least] = [other, along + 2 * aside];
  }
  return best;
}

const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

for (const item of places) {
  item.addEventListener("pointerenter", () => enlarge(item));
  item.addEventListener("pointerleave", rest);
  item.addEventListener("focus", () => enlarge(item));
  item.addEventListener("blur", rest);
  item.addEventListener("keydown", (event) => {
    if (event.key === "Escape") rest();
    if (!directions[event.key]) return;
    event.preventDefault();
    const next = neighbour(item, directions[event.key]);
    item.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}

for (const key of keys) {
  key.addEventListener("click", () => {
    const on = key.getAttribute("aria-pressed") !== "true";
    for (const other of keys) other.setAttribute("aria-pressed", String(on && other === key));
    single_out(pressed());
  });
}

addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
});
