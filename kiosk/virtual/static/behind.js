// What a technician reaches from behind: plugs, paper, the network cable, the two programs.

import { act, make, redraw, status, symbol } from "./parts.js";
import { isEnglish, word } from "./words.js";

const DEVICES = [
  ["card", "card", "i-id-card"],
  ["scanner", "scannerDevice", "i-scan-barcode"],
  ["printer", "printerDevice", "i-printer"],
  ["panel", "panel", "i-lightbulb"],
  ["display", "display", "i-monitor"],
];
const NETWORK = { whole: ["ok", "networkWhole"], cut: ["offline", "networkCut"], silent: ["offline", "networkSilent"], none: ["unknown", "networkNone"] };

export function showBehind(state) {
  const plugs = DEVICES.map(([name]) => [state[name].plugged, state[name].connected]);
  redraw(document.getElementById("devices"), [plugs, state.panel, isEnglish()], () => [
    ...DEVICES.map(([name, label, icon]) => deviceRow(name, label, icon, state[name])),
    caseRow(state.panel),
    buzzerRow(state.panel),
    row("i-fan", word("fan"), status("ok", word(state.panel.fan ? "fanRuns" : "fanStill"))),
  ]);
  const { paper, cover_open, jammed } = state.printer;
  redraw(document.getElementById("printer-hand"), [paper, cover_open, jammed, isEnglish()], () => printerButtons(paper, cover_open, jammed));
  redraw(document.getElementById("network"), [state.network, isEnglish()], () => [networkRow(state.network)]);
  redraw(document.getElementById("programs"), [state.programs, isEnglish()], () => programRows(state.programs));
}

function row(icon, name, state, ...buttons) {
  const acts = make("span", { className: "acts" }, ...buttons);
  return make("li", {}, symbol(icon), make("span", { className: "name", textContent: name }), state, acts);
}

function button(label, path, { body, mend, disabled } = {}) {
  const className = `button${mend ? " mend" : ""}`;
  return make("button", { type: "button", className, textContent: word(label), disabled: !!disabled, onclick: () => act(path, body) });
}

function deviceRow(name, label, icon, device) {
  const state = !device.plugged
    ? status("offline", word("pulled"))
    : device.connected ? status("ok", word("working")) : status("unknown", word("waiting"));
  const plug = device.plugged ? button("unplug", `/device/${name}/unplug`) : button("plug", `/device/${name}/plug`, { mend: true });
  plug.setAttribute("aria-label", `${plug.textContent} ${word(label)}`);
  return row(icon, word(label), state, plug);
}

function caseRow(panel) {
  const open = panel.case_open;
  const state = open ? status("failing", word("caseOpen")) : status("ok", word("closedCase"));
  const body = { open: !open };
  return row("i-shield-alert", word("theCase"), state, button(open ? "closeCase" : "openCase", "/panel/case", { body, mend: open }));
}

function buzzerRow({ sound, buzzing }) {
  const text = word(sound === null ? "soundNone" : `sound${sound[0].toUpperCase()}${sound.slice(1)}`);
  return row("i-bell", word("buzzer"), status(buzzing ? "attention" : "ok", text));
}

function printerButtons(paper, coverOpen, jammed) {
  return [
    paper === "full" || paper === "low"
      ? button("paperOut", "/printer/paper-out")
      : button("refill", "/printer/refill", { mend: true }),
    coverOpen ? button("closeCover", "/printer/close-cover", { mend: true }) : button("openCover", "/printer/open-cover"),
    paper === "low"
      ? button("refill", "/printer/refill", { mend: true })
      : button("paperLow", "/printer/paper-low", { disabled: paper !== "full" }),
    button("paperEnding", "/printer/paper-out", { body: { after_mm: 60 }, disabled: paper === "out" || paper === "ending" }),
    jammed ? button("free", "/printer/free", { mend: true }) : button("jam", "/printer/jam"),
  ];
}

function networkRow(network) {
  const [kind, label] = NETWORK[network.state];
  const buttons = {
    whole: [button("cut", "/network/cut"), button("silence", "/network/cut", { body: { silently: true } })],
    none: [],
  }[network.state] ?? [button("restore", "/network/restore", { mend: true })];
  return row("i-network", word("networkName"), status(kind, word(label)), ...buttons);
}

function programRows(programs) {
  if (programs.length === 0) return [row("i-cpu", word("programs"), status("unknown", word("unsupervised")))];
  return programs.map((program) => {
    const again = program.restarts > 0 ? ` · ${word("restarts")} ${program.restarts} ${word("times")}` : "";
    const state = program.pid === null
      ? status("attention", word("stopped") + again)
      : status("ok", word("running") + again);
    const kill = button("kill", `/program/${program.name}/kill`, { disabled: program.pid === null });
    return row("i-cpu", word(program.name), state, kill);
  });
}
