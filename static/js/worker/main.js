// The worker: opens the app without network, and plays what is on the device.
//
// It answers four kinds of requests and leaves all others to the network:
//   the app's own files    from the cache of its version, which never changes
//   pages                  from the network; the shell when there is no answer, or none in time
//   audio                  from the chunks on the device, else passed through
//   covers                 from the device, else from the network
// Pages that the server made for a person are never kept: they hold names, votes and a token.

import { sendInBackground } from "../offline/sending.js";
import { withinApp } from "../site.js";
import { audio } from "./audio.js";
import { cover } from "./covers.js";
import { page } from "./pages.js";
import { file, install, tidy } from "./shell.js";

const worker = /** @type {any} */ (self);

worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(install()));
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(activate()));
worker.addEventListener("fetch", (/** @type {any} */ event) => answer(event));
worker.addEventListener("sync", (/** @type {any} */ event) => event.waitUntil(sendInBackground()));
worker.addEventListener("message", (/** @type {any} */ { data }) => {
  // Never by itself: the page asks when the person pressed Reload.
  if (data === "take over") worker.skipWaiting();
});

async function activate() {
  await tidy();
  await worker.clients.claim();
}

/** @param {any} event */
function answer(event) {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin || request.method !== "GET") return;
  const path = withinApp(url.pathname);
  if (path.startsWith("static/") || path === "offline-shell") event.respondWith(file(request));
  else if (path.startsWith("audio/")) event.respondWith(audio(event, path.slice("audio/".length)));
  else if (path.startsWith("covers/")) event.respondWith(cover(request));
  else if (request.mode === "navigate") event.respondWith(page(event, path));
}
