// Keeps the moving part of an open page true: told by the server over one stream, or asking while there is none.
// A page that nobody sees has no stream. After a break it comes back at a random moment (full jitter), so that a server
// that starts again is not met by everybody at once.
"use strict";
(() => {
  const FIRST_MS = 1500, LONGEST_MS = 60000, ASK_EVERY_MS = 3000, SILENT_MS = 8000;
  let stream = null;
  let breaks = 0;
  let coming = 0;
  let watch = 0;
  let isAsking = false;
  let asking = 0;

  const piece = () => document.querySelector("#live");
  const heard = () => document.dispatchEvent(new Event("sala:heard"));
  const ask = () => { clearTimeout(asking); htmx.trigger(piece(), "ask"); };
  const askSoon = () => { asking = setTimeout(ask, ASK_EVERY_MS * (0.7 + 0.6 * Math.random())); };

  const shut = () => {
    stream?.close();
    stream = null;
    clearTimeout(watch);
    clearTimeout(coming);
  };

  const stopAsking = () => {
    isAsking = false;
    clearTimeout(asking);
  };

  const broken = () => {
    shut();
    if (document.hidden) return;
    if (!isAsking) askSoon();
    isAsking = true;
    coming = setTimeout(open, Math.random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** breaks));
    breaks = Math.min(breaks + 1, 10);
  };

  const awake = () => {
    clearTimeout(watch);
    watch = setTimeout(broken, SILENT_MS);
  };

  const told = () => {
    breaks = 0;
    stopAsking();
    awake();
    heard();
  };

  const show = (html) => {
    const focused = document.activeElement?.matches("a[data-row]") ? document.activeElement.getAttribute("href") : null;
    htmx.swap(piece(), html, { swapStyle: "outerHTML" });
    if (focused) document.querySelector(`a[data-row][href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  };

  const open = () => {
    shut();
    if (document.hidden) return;
    stream = new EventSource(`/live?page=${encodeURIComponent(piece().getAttribute("hx-get"))}`);
    awake();
    stream.addEventListener("beat", told);
    stream.addEventListener("wait", awake);
    stream.addEventListener("piece", (event) => { told(); show(event.data); });
    stream.addEventListener("anew", () => { shut(); location.reload(); });
    stream.addEventListener("over", () => { broken(); ask(); });
    stream.addEventListener("error", broken);
  };

  const rest = () => {
    shut();
    stopAsking();
  };

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) heard();
    if (isAsking) askSoon();
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : open()));
  window.addEventListener("pagehide", rest);
  window.addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  open();
})();
