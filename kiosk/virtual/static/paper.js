// Paper: the slip rising from the printer's mouth, the tray of slips taken, one slip looked at closely.

import { act, make, redraw } from "./parts.js";
import { isEnglish, word } from "./words.js";

const sheet = document.getElementById("paper");
const small = document.getElementById("paper-picture");
const picture = document.createElement("canvas");
const dots = picture.getContext("2d", { willReadFrequently: true });
const view = document.getElementById("slip-view");
const link = document.getElementById("slip-link");
let shown = { number: 0, rows: 0 };

// Rows of dots: slip number (32 bits), width (16), first row (32), then the rows, 1 bit a dot, 1 = black.
export function drawRows(data) {
  const [number, width, first] = [data.getUint32(0), data.getUint16(4), data.getUint32(6)];
  const stride = Math.ceil(width / 8);
  const bytes = new Uint8Array(data.buffer, data.byteOffset + 10);
  const count = Math.floor(bytes.length / stride);
  if (count === 0) return;
  const image = new ImageData(width, count);
  image.data.fill(255);
  for (let row = 0; row < count; row += 1) {
    for (let x = 0; x < width; x += 1) {
      if ((bytes[row * stride + (x >> 3)] >> (7 - (x & 7))) & 1) image.data.set([27, 35, 51], (row * width + x) * 4);
    }
  }
  const kept = first > 0 && number === shown.number ? dots.getImageData(0, 0, width, first) : null;
  Object.assign(picture, { width, height: first + count });
  if (kept) dots.putImageData(kept, 0, 0);
  dots.putImageData(image, 0, first);
  shown = { number, rows: first + count };
  shrink();
}

// A canvas made smaller by style loses its thin strokes; drawn smaller it keeps them.
function shrink() {
  const width = Math.min(picture.width, Math.round(sheet.clientWidth * devicePixelRatio) || picture.width);
  Object.assign(small, { width, height: Math.max(1, Math.round((picture.height * width) / picture.width)) });
  const paint = small.getContext("2d");
  paint.imageSmoothingQuality = "high";
  paint.drawImage(picture, 0, 0, small.width, small.height);
}

export function showPaper(printer, slips) {
  const out = printer.sheet;
  const wasHidden = sheet.hidden;
  sheet.hidden = out === null;
  if (wasHidden && !sheet.hidden) shrink(); // only now has it a width
  sheet.disabled = out === null || !out.cut;
  document.getElementById("printer").classList.toggle("has-paper", out !== null);
  document.getElementById("printer").classList.toggle("open", printer.cover_open);
  document.getElementById("printer").classList.toggle("gone", !printer.plugged);
  document.getElementById("paper-note").textContent = note(printer);
  sheet.setAttribute("aria-label", word("takeSlip"));
  const taken = slips.filter((slip) => slip.taken);
  document.getElementById("tray-empty").hidden = taken.length > 0;
  redraw(document.getElementById("tray-slips"), [taken, isEnglish()], () => taken.toReversed().map((slip) => {
    const label = `${word("slip")} ${slip.number}`;
    const thumb = make("img", { src: `/slips/${slip.number}.png`, alt: label });
    return make("button", { type: "button", title: label, onclick: () => look(slip.number) }, thumb);
  }));
}

function note(printer) {
  if (!printer.plugged) return word("pulled");
  if (printer.cover_open) return word("noteOpen");
  if (printer.jammed) return word("noteJam");
  const roll = { out: "noteOut", low: "noteLow", ending: "noteEnding" }[printer.paper];
  if (roll) return word(roll);
  if (printer.sheet) return word(printer.sheet.cut ? "takeSlip" : "printing");
  return "";
}

function look(number) {
  const image = document.getElementById("slip-picture");
  image.src = `/slips/${number}.png`;
  image.alt = `${word("slip")} ${number}`;
  document.getElementById("slip-close").setAttribute("aria-label", word("close"));
  link.hidden = true;
  link.querySelector("span").textContent = word("scanSlip");
  view.showModal();
  offerLink(number);
}

// What a phone would do with the slip's QR; a phone cannot reach a demonstration on this machine's loopback.
async function offerLink(number) {
  const answer = await fetch(`/slips/${number}/code`).catch(() => null);
  if (!answer?.ok) return;
  const { text } = await answer.json();
  if (!/^https?:/.test(text)) return;
  link.href = text;
  link.hidden = false;
}

sheet.addEventListener("click", async () => {
  const number = shown.number;
  if (await act(`/slips/${number}/take`)) look(number);
});
view.addEventListener("click", (event) => { if (event.target === view) view.close(); });
