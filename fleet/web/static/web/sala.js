// What a page cannot do without a script: count ages, say how fresh it is, and find the search field.
// Words come from the page (data-*), so both languages live in one catalogue.
"use strict";
(() => {
  const words = document.body.dataset;
  // What a technician's phone keeps for dead spots (round.js) is theirs: another account's first page throws it away.
  const keptFor = localStorage.getItem("sala-round-whose");
  if (keptFor && words.whose && keptFor !== words.whose) {
    for (const name of ["sala-round-whose", "sala-round-ticks"]) localStorage.removeItem(name);
    indexedDB.deleteDatabase("sala-round");
    window.caches?.keys().then((names) => { for (const name of names) if (name.startsWith("sala-round")) caches.delete(name); });
  }
  const live = document.querySelector("#live-line");
  const cut = document.querySelector("#cut-off");
  const clock = document.querySelector("#wall-clock"); // of a wall screen, which stays open for days
  let heardAt = Date.now();
  let seenAt = 0; // since when somebody looks: a page in the background asks nobody, and catches up when it is seen
  let heardClock = "";

  const say = (template, number) => template.replace("%n", String(number));

  const age = (seconds) => {
    if (seconds < 2) return words.now;
    if (seconds < 60) return say(words.seconds, seconds);
    if (seconds < 3600) return say(words.minutes, Math.floor(seconds / 60));
    if (seconds < 86400) return say(words.hours, Math.floor(seconds / 3600));
    return say(words.days, Math.floor(seconds / 86400));
  };

  const since = (moment) => Math.max(0, Math.floor((Date.now() - moment) / 1000));

  const tick = () => {
    for (const time of document.querySelectorAll("time[data-ago]")) {
      time.title ||= time.textContent;
      const text = age(since(Date.parse(time.dateTime)));
      if (time.textContent !== text) time.textContent = text;
    }
    if (clock) clock.textContent = new Date().toLocaleTimeString("th-TH", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Bangkok" }) + (document.documentElement.lang === "th" ? " น." : "");
    if (!live) return;
    const silence = since(heardAt);
    const isCut = silence > 5 && !document.hidden && Date.now() - seenAt > 3000;
    live.classList.toggle("cut", isCut);
    live.querySelector("span").textContent = `${isCut ? words.was : words.live} ${age(silence)}`;
    cut.hidden = !isCut;
    if (isCut) cut.querySelector("b").textContent = heardClock;
  };

  const heard = () => {
    heardAt = Date.now();
    heardClock = new Date().toLocaleTimeString("th-TH", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "Asia/Bangkok" });
    tick();
  };

  document.addEventListener("sala:heard", heard);
  document.addEventListener("visibilitychange", () => { seenAt = Date.now(); tick(); });
  const help = document.querySelector("#keys-help");
  const stepped = (by) => () => {
    const marked = document.querySelectorAll("a[data-row]");
    const rows = [...(marked.length ? marked : document.querySelectorAll("main table.rows tbody tr > td:first-child a, main a.nd"))];
    rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(document.activeElement) + by))]?.focus();
  };
  const turned = (to) => () => document.querySelector(`main a[rel=${to}]`)?.click();
  const helped = () => (help?.open ? help.close() : help?.showModal());
  // All that keys do; keys_help.html tells people, and a test compares the two.
  // By the place of a key, not its letter: on a Thai keyboard the same key writes another one.
  const keys = {
    "KeyJ": stepped(1),
    "KeyK": stepped(-1),
    "ArrowLeft": turned("prev"),
    "ArrowRight": turned("next"),
    "Slash": () => document.querySelector("#q")?.focus(),
    "Shift+Slash": helped,
  };
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
    if (isTyping || event.metaKey || event.ctrlKey || event.altKey) return;
    const key = { "/": "Slash", "?": "Shift+Slash" }[event.key] ?? (event.shiftKey ? "Shift+" : "") + event.code;
    if (!(key in keys) || (help?.open && keys[key] !== helped)) return;
    if (key.endsWith("Slash")) event.preventDefault();
    keys[key]();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest(".keys-open")) helped();
    const back = event.target.closest("button[data-inherit]");
    if (!back) return;
    const field = document.getElementById(back.dataset.inherit);
    field.value = back.dataset.value;
    field.focus();
  });
  // A browser writes days of its own era into its controls; beside them stands the day as the office writes it.
  if (document.documentElement.lang === "th") {
    const day = new Intl.DateTimeFormat("th-TH-u-ca-buddhist-nu-latn", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
    const inWords = (field) => {
      const at = Date.parse(`${field.value.slice(0, 10)}T00:00:00Z`);
      return Number.isNaN(at) ? "" : day.formatToParts(at).filter((part) => part.type !== "era").map((part) => part.value).join("").trim();
    };
    for (const field of document.querySelectorAll("input[type=date], input[type=datetime-local]")) {
      const line = document.createElement("output");
      line.className = "era mut sm";
      line.setAttribute("for", field.id);
      field.after(line);
      const say = () => { line.textContent = inWords(field); };
      field.addEventListener("input", say);
      say();
    }
  }
  heard();
  setInterval(tick, 1000);
})();
