// The worker of /round/: the page as it was last seen, where there is no signal. Its scope is /round/ and nothing else.
// It answers for two things: the round's pages (network first), and the style, script, letters and shapes those need
// (their addresses carry a version, so what is kept is what is meant). What is pressed is none of its business.
// What it keeps round.js put there, or a page it let through; sala.js throws all of it away when the account changes.
"use strict";
const CACHE = "sala-round-1";
const PATIENCE_MS = 4000; // in a dead spot a request does not fail, it hangs
const KEPT_MS = 12 * 3600 * 1000; // as long as a session: what is older says nothing of today
const NOTHING = `<!doctype html><html lang="th"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>ศาลา</title><h1>ไม่มีสัญญาณ</h1><p>โทรศัพท์นี้ยังไม่ได้เก็บรอบของวันนี้ไว้ เปิดหน้างานช่างเมื่อมีเน็ตก่อนหนึ่งครั้ง</p><p lang="en">No connection, and no round of today is kept on this phone. Open it once while there is one.</p></html>`;

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("sala-round") && name !== CACHE) await caches.delete(name);
  await self.clients.claim();
})()));

const kept = async (request) => {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request) || await cache.match(request, { ignoreSearch: true });
  if (!found) return undefined;
  if (Date.now() - Number(found.headers.get("x-kept-at")) <= KEPT_MS) return found;
  await cache.delete(request, { ignoreSearch: true });
  return undefined;
};

const keep = async (request, response) => {
  const headers = new Headers(response.headers);
  headers.set("x-kept-at", String(Date.now()));
  const cache = await caches.open(CACHE);
  await cache.put(request.url, new Response(await response.blob(), { status: 200, headers }));
};

const page = async (event) => {
  const request = event.request;
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (response.ok && response.type === "basic") event.waitUntil(keep(request, response.clone()));
    if (response.status < 500) return response;
    return await kept(request) || response;
  } catch {
    return await kept(request) || new Response(NOTHING, { status: 503, headers: {
      "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "default-src 'none'" } });
  }
};

const part = async (request) => {
  const cache = await caches.open(CACHE);
  return await cache.match(request.url) || fetch(request);
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate" && address.pathname === "/round/") event.respondWith(page(event));
  else if (address.pathname.startsWith("/static/")) event.respondWith(part(request));
});
