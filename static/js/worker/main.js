// The worker: opens the app without network, and plays what is on the device.
//
// It answers four kinds of requests and leaves all others to the network:
//   the app's own files    from the cache of its version, which never changes
//   pages                  from the network; the shell when there is no answer, or none in time
//   audio                  from the chunks on the device, else passed through
//   covers                 from the device, else from the network
// Pages that the server made for a person are never kept: they hold names, votes and a token.

import { ASSETS, VERSION } from "../assets.js";
import { COVER_CACHE, forget, kept, read, used } from "../offline/chunks.js";
import { copy, isMine } from "../offline/copies.js";
import { person } from "../offline/database.js";
import { drain } from "../offline/outbox.js";
import { parseRange } from "../offline/range.js";
import { address, withinApp } from "../site.js";

const worker = /** @type {any} */ (self);

const PREFIX = "jamboree-shell-";
const SHELL = `${PREFIX}${VERSION}`;
const SHELL_PAGE = address("offline-shell");

/** Milliseconds until what is on the device is shown instead of a page that does not come. */
const PATIENCE = 400;

/** Bytes that an open range asks of the network at once: a player that stops reading would hold a
 * connection, and a thread of the server, for as long as it is paused. */
const PIECE = 2 * 1024 * 1024;

const TYPES = /** @type {Record<string, string>} */ ({
  mp3: "audio/mpeg",
  m4a: "audio/mp4",
  ogg: "audio/ogg",
  opus: "audio/ogg",
  flac: "audio/flac",
  wav: "audio/wav",
  aiff: "audio/aiff",
  wma: "audio/x-ms-wma",
  webm: "audio/webm",
  mka: "audio/x-matroska",
  aac: "audio/aac",
  mp2: "audio/mpeg",
  wavpack: "audio/x-wavpack",
});

worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(install()));
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(activate()));
worker.addEventListener("fetch", (/** @type {any} */ event) => answer(event));
worker.addEventListener("sync", (/** @type {any} */ event) => event.waitUntil(drain()));
worker.addEventListener("message", (/** @type {any} */ { data }) => {
  // Never by itself: the page asks when the person pressed Reload.
  if (data === "take over") worker.skipWaiting();
});

/** Keep the shell and everything it needs; all of it, or the old version stays. */
async function install() {
  const cache = await caches.open(SHELL);
  const files = ASSETS.map((path) => address(`static/${VERSION}/${path}`));
  const own = [...files, address(`static/${VERSION}/js/assets.js`), SHELL_PAGE];
  await Promise.all(
    own.map(async (url) => {
      // As nobody: the shell must hold nobody's data.
      const response = await fetch(url, { credentials: "omit", cache: "no-cache" });
      if (!response.ok) throw new Error(`${url}: ${response.status}`);
      await cache.put(url, response);
    }),
  );
}

/** Only caches with our own prefix, and of other versions, go; audio and covers stay. */
async function activate() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== SHELL);
  await Promise.all(old.map((name) => caches.delete(name)));
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

/** @param {Request} request */
async function file(request) {
  const cache = await caches.open(SHELL);
  return (await cache.match(request)) ?? fetch(request);
}

/** @param {Request} request */
async function cover(request) {
  const cache = await caches.open(COVER_CACHE);
  const here = await cache.match(request);
  const { pathname } = new URL(request.url);
  return here && (await isMine("covers", pathname)) ? here : fetch(request);
}

/**
 * A page: the server's, unless it does not come. Where the device has the page, it is shown after
 * PATIENCE; everything else waits for the network as long as that takes.
 * @param {any} event @param {string} path
 */
async function page(event, path) {
  const fromNetwork = fetch(event.request);
  fromNetwork.catch(() => {}); // it may fail before, or after, anybody waits for it
  const isHere = await hasPage(path);
  try {
    if (!isHere) return await fromNetwork;
    const late = new Promise((done) => setTimeout(done, PATIENCE));
    const first = await Promise.race([fromNetwork, late]);
    if (first) return first;
    return await shell();
  } catch {
    return shell();
  }
}

/** Whether the device can show a page by itself. @param {string} path */
async function hasPage(path) {
  if (!(await person())) return false;
  if (["", "downloads", "sync"].includes(path)) return true;
  const [, id] = path.match(/^playlists\/([^/]+)$/) ?? [];
  return Boolean(id && (await copy(id)));
}

async function shell() {
  const cache = await caches.open(SHELL);
  return (await cache.match(SHELL_PAGE)) ?? Response.error();
}

/**
 * Audio: from the chunks on this device, or passed through. Each answer is made here, also one that is
 * passed through: Chromium gives up on a track whose first range came from the network and whose next
 * comes from a worker (docs/decisions/0006-audio-in-chunks.md).
 * @param {any} event @param {string} sha256
 */
async function audio(event, sha256) {
  const { request } = event;
  const asksForChunk = request.headers.get("X-Jamboree") === "take-along";
  const here = asksForChunk ? undefined : await fileOfMine(sha256);
  if (here) {
    const response = await fromDevice(request, here);
    if (response) {
      event.waitUntil(used(sha256));
      return response;
    }
    event.waitUntil(forget(sha256)); // the browser threw some of it away: it is offered again
  }
  const passed = await fetch(asksForChunk ? request : inPieces(request));
  const { status, statusText, headers } = passed;
  return new Response(passed.body, { status, statusText, headers });
}

/** A whole file on this device, if who is here took it along. @param {string} sha256 */
async function fileOfMine(sha256) {
  const known = await kept(sha256);
  return known?.complete && (await isMine("hashes", sha256)) ? known : undefined;
}

/** @param {Request} request @param {import("../offline/database.js").KeptAudio} known */
async function fromDevice(request, known) {
  const range = parseRange(request.headers.get("Range"), known.size);
  const headers = new Headers({
    "Accept-Ranges": "bytes",
    "Content-Type": TYPES[known.format] ?? "application/octet-stream",
    ETag: `"${known.sha256}"`,
  });
  if (range === "unsatisfiable") {
    headers.set("Content-Range", `bytes */${known.size}`);
    return new Response(null, { status: 416, headers });
  }
  const { start, end } = range === "whole" ? { start: 0, end: known.size } : range;
  const body = await read(known, { start, end });
  if (!body) return null;
  headers.set("Content-Length", String(end - start));
  if (range === "whole") return new Response(body, { headers });
  headers.set("Content-Range", `bytes ${start}-${end - 1}/${known.size}`);
  return new Response(body, { status: 206, statusText: "Partial Content", headers });
}

/** An open range ("from here to the end") asked for in pieces; the player comes back for the rest.
 * @param {Request} request */
function inPieces(request) {
  const match = request.headers.get("Range")?.match(/^bytes=(\d+)-$/);
  if (!match) return request;
  const start = Number(match[1]);
  const headers = new Headers(request.headers);
  headers.set("Range", `bytes=${start}-${start + PIECE - 1}`);
  return new Request(request.url, { headers, credentials: "same-origin", signal: request.signal });
}
