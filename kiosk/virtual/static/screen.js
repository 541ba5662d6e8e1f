// The kiosk's screen: patches of pixels in, touches out.

import { word } from "./words.js";

const canvas = document.getElementById("screen");
const glass = document.getElementById("glass");
const paint = canvas.getContext("2d", { alpha: false });
let waiting = Promise.resolve();
let pressed = null;

// A patch: six 16-bit numbers (screen width, height; patch x, y, width, height), then a PNG.
export function drawPatch(view) {
  const [width, height, x, y] = [0, 2, 4, 6].map((at) => view.getUint16(at));
  const picture = createImageBitmap(new Blob([new Uint8Array(view.buffer, view.byteOffset + 12)], { type: "image/png" }));
  waiting = waiting.then(async () => {
    const bitmap = await picture;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    paint.drawImage(bitmap, x, y);
    bitmap.close();
    canvas.dataset.frames = Number(canvas.dataset.frames ?? 0) + 1;
  });
}

export function showScreen(display, frontdesk) {
  document.getElementById("cabinet").style.setProperty("--ratio", display.width / display.height);
  document.getElementById("cabinet").classList.toggle("tall", display.height > display.width);
  canvas.setAttribute("aria-label", word("screen"));
  const shown = display.plugged && display.showing;
  document.getElementById("dark").hidden = shown;
  if (shown) return;
  const stopped = frontdesk && frontdesk.pid === null;
  say(!display.plugged ? "unplugged" : stopped || display.frames > 0 ? "returning" : "starting", !display.plugged);
}

export const showClosed = () => { document.getElementById("dark").hidden = false; say("closed", true); };

function say(what, off) {
  document.getElementById("dark").classList.toggle("off", off);
  document.getElementById("dark-head").textContent = word(`${what}Head`);
  document.getElementById("dark-text").textContent = word(`${what}Text`);
}

export function startTouching(send) {
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    const scaled = (value, from, size, pixels) => Math.min(pixels - 1, Math.max(0, Math.floor(((value - from) * pixels) / size)));
    return [scaled(event.clientX, box.left, box.width, canvas.width), scaled(event.clientY, box.top, box.height, canvas.height)];
  };
  const lift = (event) => {
    if (pressed === null || pressed.id !== event.pointerId) return;
    pressed.mark.remove();
    pressed = null;
    send({ released: at(event) });
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (pressed !== null || event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    pressed = { id: event.pointerId, mark: mark(event) };
    send({ pressed: at(event) });
  });
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
}

function mark(event) {
  const box = glass.getBoundingClientRect();
  const ring = document.createElement("span");
  ring.className = "touch";
  ring.style.left = `${event.clientX - box.left}px`;
  ring.style.top = `${event.clientY - box.top}px`;
  glass.append(ring);
  return ring;
}
