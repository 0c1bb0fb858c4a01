// The worker: opens the app without network, and plays what is on the device.
//
// It answers five kinds of requests and leaves all others to the network:
//   the app's own files    from the cache of its version, which never changes
//   pages                  from the network; the shell when there is no answer, or none in time
//   audio                  from the chunks on the device, else passed through
//   covers                 from the device, else from the network
//   log-in and log-out     from the network; from then on nobody is here until a page says who
// Pages that the server made for a person are never kept: they hold names, votes and a token.

import { settleLogOut } from "../offline/leaving.js";
import { sendInBackground } from "../offline/sending.js";
import { address, withinApp } from "../site.js";
import { audio } from "./audio.js";
import { cover } from "./covers.js";
import { door, unlessLeft } from "./doors.js";
import { page } from "./pages.js";
import { file, install, shell, tidy } from "./shell.js";
import { isDoor } from "./ways-in.js";

const worker = /** @type {any} */ (self);

worker.addEventListener("install", (/** @type {any} */ event) => {
  straightFromTheCache(event).catch(() => {}); // then `file` answers, as in other browsers
  event.waitUntil(install());
});
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(activate()));
worker.addEventListener("fetch", (/** @type {any} */ event) => answer(event));
worker.addEventListener("sync", (/** @type {any} */ event) => event.waitUntil(send()));
worker.addEventListener("message", (/** @type {any} */ { data }) => {
  // Never by itself: the page asks when the person pressed Reload.
  if (data === "take over") worker.skipWaiting();
});

/**
 * Where a browser can (Chromium), it takes the app's files from the caches itself: at a start there are
 * some two hundred, and none of them waits for the worker to run.
 * https://developer.mozilla.org/en-US/docs/Web/API/InstallEvent/addRoutes
 * @param {any} event
 */
async function straightFromTheCache(event) {
  const condition = { urlPattern: { pathname: `${address("static/")}*` } };
  await event.addRoutes?.({ condition, source: "cache" });
}

async function activate() {
  await tidy();
  await worker.clients.claim();
}

/** What waits for the network: first that somebody left. */
async function send() {
  if (!(await settleLogOut())) throw new Error("The server can't be told yet.");
  await sendInBackground();
}

/** @param {any} event */
function answer(event) {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  const path = withinApp(url.pathname);
  const isPage = request.mode === "navigate";
  if (isPage && request.method === "POST" && isDoor(path)) event.respondWith(door(request, path));
  if (request.method !== "GET") return;
  if (path.startsWith("static/") || path === "offline-shell") event.respondWith(file(request));
  else if (path.startsWith("audio/")) {
    event.respondWith(unlessLeft(() => audio(event, path.slice("audio/".length))));
  } else if (path.startsWith("covers/")) event.respondWith(unlessLeft(() => cover(request)));
  else if (isPage) event.respondWith(unlessLeft(() => page(event, path), shell));
}
