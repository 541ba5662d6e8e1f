// What the visitor holds: cards for the slot, papers for the scanner, a finger for the call button.

import { act, idCard, make, redraw, symbol } from "./parts.js";
import { isEnglish, pick, word } from "./words.js";

const slot = document.getElementById("slot");
const scanWindow = document.getElementById("window");
const SVG = "http://www.w3.org/2000/svg";

export function showHand(state) {
  const inside = state.card.inside;
  const cards = document.getElementById("cards");
  redraw(cards, [state.card.cards, inside, isEnglish()], () => state.card.cards.map((card) => cardButton(card, inside)));
  const papers = document.getElementById("papers");
  redraw(papers, [state.samples, isEnglish()], () => state.samples.map(paperButton));
  papers.previousElementSibling.hidden = state.samples.length === 0;
  showSlot(state.card, inside);
  document.getElementById("slot-part").classList.toggle("gone", !state.card.plugged);
  document.getElementById("scanner-part").classList.toggle("gone", !state.scanner.plugged);
}

function showSlot(reader, inside) {
  const card = reader.cards.find((one) => one.key === inside);
  redraw(document.getElementById("slot-card"), [inside, isEnglish()], () => (card ? [idCard(card.kind)] : []));
  document.getElementById("pull-out").hidden = inside === null;
  let empty = slot.querySelector(".slot-empty");
  if (empty === null) slot.append((empty = make("span", { className: "slot-empty" })));
  empty.hidden = inside !== null;
  empty.textContent = word("slotEmpty");
}

function cardButton(card, inside) {
  const isIn = card.key === inside;
  const name = make("span", { className: "card-name", textContent: pick(card.label_th, card.label_en) });
  const button = make(
    "button",
    { type: "button", className: "hand-card", draggable: !isIn, dataset: { card: card.key } },
    make("span", { className: "card-place" }, idCard(card.kind)),
    name,
  );
  button.setAttribute("aria-pressed", isIn);
  button.onclick = () => (isIn ? act("/card/remove") : insert(card.key));
  button.ondragstart = (event) => event.dataTransfer.setData("application/x-card", card.key);
  return button;
}

async function insert(key) {
  if (await act("/card/insert", { citizen: key })) lookAtKiosk();
}

// On a phone the kiosk is out of sight while one chooses a card.
function lookAtKiosk() {
  const cabinet = document.getElementById("cabinet");
  if (cabinet.getBoundingClientRect().bottom < innerHeight / 2) document.querySelector(".kiosk").scrollIntoView();
}

function paperButton(sample) {
  const label = pick(sample.label, sample.label_en);
  const icon = symbol(sample.kind === "folder" ? "i-folder-closed" : "i-file-text");
  const button = make("button", { type: "button", draggable: true }, icon, make("span", { textContent: label }), bars());
  button.onclick = () => scan(sample.code);
  button.ondragstart = (event) => event.dataTransfer.setData("application/x-code", sample.code);
  return button;
}

// A picture of a barcode that holds nothing.
function bars() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "bars");
  svg.setAttribute("viewBox", "0 0 44 22");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  const strokes = [[0, 2], [4, 1], [7, 3], [12, 1], [15, 1], [18, 3], [23, 1], [26, 2], [30, 1], [33, 3], [38, 1], [41, 2]];
  path.setAttribute("d", strokes.map(([x, width]) => `M${x} 0h${width}v22h-${width}z`).join(""));
  path.setAttribute("fill", "currentColor");
  svg.append(path);
  return svg;
}

async function scan(text) {
  scanWindow.classList.add("reading");
  if (await act("/scan", { text })) lookAtKiosk();
  setTimeout(() => scanWindow.classList.remove("reading"), 350);
}

function acceptDrops(target, type, take) {
  target.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes(type)) return;
    event.preventDefault();
    target.classList.add("over");
  });
  target.addEventListener("dragleave", () => target.classList.remove("over"));
  target.addEventListener("drop", (event) => {
    event.preventDefault();
    target.classList.remove("over");
    take(event.dataTransfer.getData(type));
  });
}

acceptDrops(slot, "application/x-card", insert);
acceptDrops(scanWindow, "application/x-code", scan);
document.getElementById("pull-out").onclick = () => act("/card/remove");
document.getElementById("call").onclick = () => act("/panel/press");
document.getElementById("typed").addEventListener("submit", (event) => {
  event.preventDefault();
  const code = document.getElementById("code");
  if (code.value !== "") scan(code.value);
  code.select();
});
