// The page's beginning and its one connection. What arrives is drawn; what is done is sent; nothing is remembered here.

import { showBehind } from "./behind.js";
import { showHand } from "./hand.js";
import { drawRows, showPaper } from "./paper.js";
import { drawPatch, showClosed, showScreen, startTouching } from "./screen.js";
import { make } from "./parts.js";
import { sayWords, switchLanguage, word } from "./words.js";

const AGAIN_MS = 1000;
const SCREEN = 1;
const PAPER = 2;
const live = document.getElementById("live");
let state = null;
let lights = {};
let connection = null;
let isLost = false;

function connect() {
  connection = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live`);
  connection.binaryType = "arraybuffer";
  connection.onmessage = ({ data }) => {
    if (typeof data !== "string") return receive(new DataView(data));
    const message = JSON.parse(data);
    isLost = false;
    if (message.state) state = message.state;
    if (message.lights) lights = message.lights;
    return show();
  };
  connection.onclose = () => {
    isLost = true;
    show();
    showClosed();
    setTimeout(connect, AGAIN_MS);
  };
}

function receive(data) {
  const rest = new DataView(data.buffer, 1);
  if (data.getUint8(0) === SCREEN) drawPatch(rest);
  else if (data.getUint8(0) === PAPER) drawRows(rest);
}

function show() {
  live.textContent = word(isLost ? "lost" : "live");
  live.classList.toggle("lost", isLost);
  if (state === null) return;
  document.getElementById("kiosk-id").textContent = state.kiosk_id;
  if (!isLost) showScreen(state.display, state.programs.find((program) => program.name === "frontdesk"));
  showHand(state);
  showPaper(state.printer, state.slips);
  showBehind(state);
  showLights();
}

function showLights() {
  for (const lamp of document.querySelectorAll(".lamp")) {
    const { pattern = "off", lit = false } = lights[lamp.dataset.light] ?? {};
    lamp.classList.toggle("lit", lit);
    const name = lamp.parentElement;
    let says = name.querySelector(".lamp-word");
    if (says === null) name.append((says = make("span", { className: "lamp-word" })));
    const text = word(`pattern${pattern[0].toUpperCase()}${pattern.slice(1)}`);
    if (says.textContent !== text) says.textContent = text;
  }
}

function chooseTab(name) {
  document.getElementById("side").dataset.tab = name;
  for (const tab of document.querySelectorAll("[role=tab]")) tab.setAttribute("aria-selected", tab.dataset.tab === name);
}

document.getElementById("tabs").setAttribute("aria-label", word("tabs"));
for (const tab of document.querySelectorAll("[role=tab]")) tab.onclick = () => chooseTab(tab.dataset.tab);
document.getElementById("language").onclick = () => { switchLanguage(); sayWords(); show(); };
chooseTab("hand");
sayWords();
startTouching((touch) => { if (connection.readyState === WebSocket.OPEN) connection.send(JSON.stringify(touch)); });
connect();
