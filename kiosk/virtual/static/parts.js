// Small pieces every part of the page is made of: elements, icons, and asking the kiosk to do something.

import { word } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";

export function make(tag, properties = {}, ...children) {
  const { dataset, ...rest } = properties;
  const element = Object.assign(document.createElement(tag), rest);
  Object.assign(element.dataset, dataset ?? {});
  element.append(...children);
  return element;
}

export function symbol(id, className = "icon") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#${id}`);
  svg.append(use);
  return svg;
}

export const status = (kind, text) => make("span", { className: `state ${kind}` }, symbol(`s-${kind}`, "shape"), text);

export function idCard(kind) {
  const lines = make("span", { className: "lines" }, make("i"), make("i"), make("i"));
  const [seal, chip, face] = ["seal", "chip", "face"].map((className) => make("span", { className }));
  const sample = make("span", { className: "sample", textContent: word("sample") });
  return make("span", { className: `id-card ${kind}` }, seal, chip, lines, face, sample);
}

let fading;
export function say(text) {
  const toast = document.getElementById("toast");
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { toast.hidden = true; }, 4000);
}

const REFUSALS = { "slot-full": "slotFull", "not-connected": "notConnected", "cannot-type": "cannotType", "no-reader": "noReader" };

export async function act(path, body = {}) {
  let answer;
  try {
    answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  } catch {
    return say(word("lost"));
  }
  if (answer.ok) return true;
  const problem = await answer.json().catch(() => ({}));
  return say(word(REFUSALS[problem.error] ?? "refused"));
}

// Draws ``children`` into ``root`` only when ``key`` differs from last time, so that buttons keep their focus.
const drawn = new WeakMap();
export function redraw(root, key, draw) {
  const now = JSON.stringify(key);
  if (drawn.get(root) === now) return;
  drawn.set(root, now);
  const at = [...root.querySelectorAll("button")].indexOf(document.activeElement);
  root.replaceChildren(...draw());
  if (at >= 0) root.querySelectorAll("button")[at]?.focus({ preventScroll: true });
}
