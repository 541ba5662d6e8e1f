// A technician's round on a phone: which kiosk is looked at, what was ticked, and above all what was pressed where there
// is no signal. A press is kept in IndexedDB under a number of its own before anything else happens, and sent when the
// fleet can be asked; the fleet does each number once, so it may be sent again and again. One that the fleet cannot take
// is kept, says so, and holds nothing up that was pressed after it. Words come from the page.
"use strict";
(() => {
  const root = document.querySelector("#round");
  if (!root) return;
  const words = root.dataset;
  const whose = document.body.dataset.whose;
  const CACHE = "sala-round-1";
  const WHOSE = "sala-round-whose"; // sala.js looks at it on every page
  const TICKS = "sala-round-ticks";
  const PATIENCE_MS = 8000;
  const AGAIN_MS = 10000;
  const STUCK_AGAIN_MS = 60000; // where only what the fleet could not take is left
  const ANSWER_MS = 2000;
  const OLD_MS = 60000;
  const FRESH_MS = 600000;
  const FORGET_MS = 24 * 3600 * 1000;

  // ---- what is kept

  const opened = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  let database;
  const store = async (mode) => {
    if (!database) {
      const request = indexedDB.open("sala-round", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("deeds", { keyPath: "id" });
      database = await opened(request);
      database.onversionchange = () => { database.close(); database = undefined; };
    }
    return database.transaction("deeds", mode).objectStore("deeds");
  };
  const all = async () => (await opened((await store("readonly")).getAll())).sort((one, two) => one.at - two.at);
  const put = async (deed) => opened((await store("readwrite")).put(deed));
  const drop = async (deed) => opened((await store("readwrite")).delete(deed.id));

  // ---- what is shown

  const place = (name) => {
    const beside = document.querySelector(`[data-deed="${CSS.escape(name)}"]`)?.nextElementSibling;
    return beside?.classList.contains("answer") ? beside : undefined;
  };
  const isLate = (deed) => deed.state === "queued" && deed.patience > 0 && Date.now() - deed.at >= deed.patience * 1000;
  let cut = false;
  let said = "";

  const draw = async () => {
    const deeds = await all();
    for (const deed of deeds) {
      const answer = place(deed.name);
      if (!answer) continue;
      answer.className = `answer ${deed.state}`;
      answer.textContent = deed.says;
    }
    const queued = deeds.filter((deed) => deed.state === "queued");
    const stuck = cut ? 0 : queued.filter((deed) => deed.stuck).length; // without a signal all of them wait for that
    const waiting = queued.length - stuck;
    const bar = document.querySelector("#dead-spot");
    bar.querySelector(".ic").toggleAttribute("hidden", !cut && !waiting);
    bar.querySelector(".lost").hidden = !cut;
    const queue = bar.querySelector(".queue");
    queue.hidden = !queued.length && !said;
    const counts = [[words.count, waiting], [words.stuckcount, stuck]].filter(([, count]) => count);
    queue.textContent = said || counts.map(([text, count]) => text.replace("%n", String(count))).join(" · ");
    bar.hidden = queue.hidden && !cut;
    document.body.classList.toggle("cut", cut);
  };

  // ---- what is sent

  class Lost extends Error {} // nobody could be asked, or whoever answered is not our fleet's page
  const ask = async (address, how = {}) => {
    try {
      return await fetch(address, { cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS), ...how });
    } catch {
      throw new Lost();
    }
  };

  const heard = async (answer) => {
    try {
      return await answer.json();
    } catch { // the sign-in page of somebody's WLAN answers anything
      throw new Lost();
    }
  };

  const sent = async (deed, token) => {
    const body = new URLSearchParams(deed.said);
    body.set("deed_id", deed.id);
    body.set("age_s", String(Math.max(0, (Date.now() - deed.at) / 1000)));
    const answer = await ask(deed.address, { method: "POST", body, headers: { "X-CSRFToken": token, Accept: "application/json" } });
    if (answer.ok || answer.status === 422) return { stuck: false, ...await heard(answer) };
    if (answer.status === 404) return { state: "refused", says: words.refused };
    if (answer.status >= 400) return { stuck: true, says: words.stuck };
    throw new Lost();
  };

  const settle = async () => {
    for (const deed of await all()) {
      if (isLate(deed)) await put({ ...deed, state: "late", says: words.late });
      else if (deed.state !== "queued" && Date.now() - deed.at > FORGET_MS) await drop(deed);
    }
  };

  const round = async () => {
    await settle();
    const deeds = await all();
    const asked = deeds.filter((deed) => deed.state === "waiting").map((deed) => deed.id).slice(-50).join(",");
    const answer = await ask(`${words.now}?deed=${asked}`, { headers: { Accept: "application/json" } });
    if (answer.type === "opaqueredirect" || answer.status === 404) { cut = false; said = words.out; return; }
    if (!answer.ok) throw new Lost();
    const now = await heard(answer);
    cut = false;
    said = "";
    if (now.whose !== whose) { // somebody else signed in: this page is not theirs, and their own clears the rest
      await caches.delete(CACHE);
      location.reload();
      return;
    }
    for (const deed of deeds) if (now.deeds[deed.id] && deed.state === "waiting") await put({ ...deed, ...now.deeds[deed.id] });
    for (const deed of deeds) if (deed.state === "queued") await put({ ...deed, ...await sent(deed, now.token) });
    renew(now.at);
  };

  let busy = false;
  let again;
  const flush = async () => {
    if (busy) return;
    busy = true;
    clearTimeout(again);
    try {
      await round();
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      cut = true;
    } finally {
      busy = false;
    }
    await draw();
    const deeds = await all();
    const isWaiting = deeds.some((deed) => deed.state === "waiting");
    const queued = deeds.filter((deed) => deed.state === "queued");
    const isStuck = !cut && queued.length && queued.every((deed) => deed.stuck);
    if (cut || isWaiting || queued.length) again = setTimeout(flush, isWaiting && !cut ? ANSWER_MS : isStuck ? STUCK_AGAIN_MS : AGAIN_MS);
  };

  const press = async (form) => {
    const said = Object.fromEntries([...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken"));
    const id = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const patience = Number(form.dataset.patience || 0);
    const deed = { id, name: form.dataset.deed, address: form.getAttribute("action"), said, patience, at: Date.now(), state: "queued", says: words.queued };
    await put(deed);
    await draw();
    flush();
  };

  // A page that was kept is old as soon as there is a signal; once, so that a bad line does not turn it round and round.
  // Both times are the fleet's: a phone whose clock is wrong must not do it for ever.
  const renew = (at) => {
    if (Date.parse(at) - Date.parse(words.made) < OLD_MS || sessionStorage.getItem("sala-round-renewed") === words.made) return;
    sessionStorage.setItem("sala-round-renewed", words.made);
    if (!document.activeElement?.matches("input:not([type=checkbox])")) location.reload();
  };

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-deed]");
    if (!form || !window.indexedDB) return;
    event.preventDefault();
    press(form).catch(() => { said = words.nokeep; form.submit(); });
  });
  window.addEventListener("online", flush);
  window.addEventListener("offline", () => { cut = true; draw(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-again]");
    if (!link) return;
    event.preventDefault();
    location.hash = new URL(link.href).hash || location.hash;
    location.reload();
  });

  // ---- which kiosk, and what was ticked today

  const today = new Date().toDateString();
  const read = () => { const found = JSON.parse(localStorage.getItem(TICKS) || "{}"); return found.on === today ? found : { on: today }; };
  for (const box of document.querySelectorAll("[data-tick]")) box.checked = Boolean(read()[box.dataset.tick]);
  document.addEventListener("change", (event) => {
    const name = event.target.dataset?.tick;
    if (name) localStorage.setItem(TICKS, JSON.stringify({ ...read(), [name]: event.target.checked }));
  });
  const mark = () => { // the style shows the kiosk itself
    const chosen = document.querySelector(".work:target") || document.querySelector(".work");
    for (const stop of document.querySelectorAll(".stop")) {
      const isChosen = stop.hash === `#${chosen?.id}`;
      stop.classList.toggle("on", isChosen);
      if (isChosen) stop.setAttribute("aria-current", "true"); else stop.removeAttribute("aria-current");
    }
  };
  window.addEventListener("hashchange", mark);
  mark();

  // ---- keeping the page for where there is no signal

  const keep = async () => {
    localStorage.setItem(WHOSE, whose);
    await navigator.serviceWorker.register(words.worker, { scope: "/round/" });
    const cache = await caches.open(CACHE);
    const named = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src], use")].map((each) => each.href?.baseVal || each.href || each.src);
    const loaded = performance.getEntriesByType("resource").map((each) => each.name);
    const parts = [...named, ...loaded].map((each) => new URL(each, location.href)).filter((each) => each.origin === location.origin && each.pathname.startsWith("/static/"));
    const wanted = new Set(parts.map((each) => { each.hash = ""; return each.href; }));
    for (const request of await cache.keys()) if (new URL(request.url).pathname.startsWith("/static/") && !wanted.has(request.url)) await cache.delete(request);
    for (const address of wanted) if (!await cache.match(address)) await cache.add(address);
    const pages = [...new Set([location.href, ...[...document.querySelectorAll("nav.fl a")].slice(0, 5).map((each) => each.href)])];
    for (const address of pages.map((each) => each.split("#")[0])) {
      const there = await cache.match(address);
      if (there && Date.now() - Number(there.headers.get("x-kept-at")) < FRESH_MS) continue; // by the worker, a moment ago
      const answer = await fetch(address, { cache: "no-store" });
      if (!answer.ok || answer.redirected) continue;
      const headers = new Headers(answer.headers);
      headers.set("x-kept-at", String(Date.now()));
      await cache.put(address, new Response(await answer.blob(), { headers }));
    }
    root.dataset.kept = "1";
  };

  // Without TLS there is no worker, and a phone that is full or lost its signal meanwhile keeps what it had.
  flush().then(() => { if (!cut && !said && navigator.serviceWorker) keep().catch(() => {}); });
})();
