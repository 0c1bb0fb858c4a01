// What besides the taken along takes room on this device, by kind, and clearing it. It all comes back when
// it is needed and there is a network; a playlist that was taken along loses no music by it.

import { COVER_CACHE } from "./chunks.js";
import { myDatabase } from "./database.js";
import { clearKept, sweepCovers } from "./eviction.js";
import { forgetPages, sizeOfPages } from "./heard.js";
import { note } from "./log.js";
import { room } from "./room.js";

/** @typedef {"kept" | "covers" | "pages"} Kind */

/** Bytes of each kind. @returns {Promise<Record<Kind, number>>} */
export async function sizes() {
  const [{ kept }, covers, pages] = await Promise.all([room(), coverBytes(), pageBytes()]);
  return { kept, covers, pages };
}

async function coverBytes() {
  const cache = await caches.open(COVER_CACHE);
  let bytes = 0;
  for (const request of await cache.keys()) {
    const response = await cache.match(request);
    const told = Number(response?.headers.get("Content-Length"));
    bytes += told || ((await response?.blob())?.size ?? 0);
  }
  return bytes;
}

const PAGES = ["threads", "snapshots"];

async function pageBytes() {
  const database = await myDatabase();
  let bytes = await sizeOfPages();
  for (const store of database ? PAGES : []) {
    for (const one of (await database?.getAll(store)) ?? []) bytes += JSON.stringify(one).length;
  }
  return bytes;
}

/** @param {Kind} kind */
export async function clear(kind) {
  if (kind === "kept") await clearKept();
  else if (kind === "covers") await sweepCovers("cleared", true);
  else await clearPages();
}

async function clearPages() {
  const bytes = await pageBytes();
  const database = await myDatabase();
  for (const store of PAGES) await database?.clear(store);
  await forgetPages();
  await note({ what: "pages", why: "cleared", bytes, count: 1 });
}
