/* The worker of the browser: every page comes from the server while there is one. Where there is none, what was looked
   at lately is shown as it was, and what was written then is sent when the line is back. It never shows an old page to
   somebody who can have a new one, so a new release needs no closing of tabs. */

import { called, moved, pressed } from "./calls.js";
import { Kept } from "./kept.js";
import { sendWaiting } from "./sending.js";
import { Shared } from "./shared.js";
import { Shell } from "./shell.js";

const GONE = new Set([502, 503, 504]); // the proxy answers, the server does not
const OTHERS = ["/admin/", "/api/", "/attachments/", "/healthz", "/readyz"];

const shell = new Shell(self.release);
const kept = new Kept();
const shared = new Shared(kept);

// ── lifecycle ──

self.addEventListener("install", (event) => event.waitUntil(shell.fill().then(() => self.skipWaiting())));

self.addEventListener("activate", (event) => {
  const preload = self.registration.navigationPreload?.enable();
  event.waitUntil(Promise.all([preload, shell.tidy(), self.clients.claim()]));
});

// ── callbacks ──

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin || OTHERS.some((path) => url.pathname.startsWith(path))) return;
  if (shared.isMeant(request, url)) event.respondWith(shared.take(request));
  else if (request.method !== "GET") return;
  else if (request.mode === "navigate") event.respondWith(page(event, url));
  else if (url.pathname.startsWith("/static/")) event.respondWith(shell.file(request, url));
  else if (kept.isPart(url)) event.respondWith(kept.part(request));
});

self.addEventListener("message", (event) => {
  const { type, ...detail } = event.data ?? {};
  const does = { me: () => kept.meet(detail), keep: () => kept.keep(detail), forget: () => kept.forget() }[type];
  if (does) event.waitUntil(does().finally(() => event.ports[0]?.postMessage("done")));
});

self.addEventListener("sync", (event) => {
  if (event.tag === "outbox") event.waitUntil(sendWaiting(kept));
});

self.addEventListener("push", (event) => event.waitUntil(called(event.data, self.release.icons)));

self.addEventListener("notificationclick", (event) => event.waitUntil(pressed(event.notification)));

self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(kept.now().then((now) => moved(event, now)));
});

// ── internals ──

async function page(event, url) {
  try {
    const answer = (await event.preloadResponse) || (await fetch(event.request));
    const instead = GONE.has(answer.status) ? await kept.page(url) : null;
    if (!instead) event.waitUntil(kept.saw(url, answer.clone()));
    return instead ?? answer;
  } catch {
    return (await kept.page(url)) ?? shell.offline();
  }
}
