// Making room: what nobody took along goes, least recently used first. What goes is noted in the log.
// The bytes of a file go before its row, so that none stay that nobody knows of.

import { COVER_CACHE, forget, keep } from "./chunks.js";
import { announce, deviceDatabase } from "./database.js";
import { mayKeep, whatGoes } from "./eviction-plan.js";
import { inUse } from "./in-use.js";
import { note } from "./log.js";
import { countUses, held, orphans } from "./references.js";
import { bytesOf, room } from "./room.js";

/** @typedef {import("./database.js").KeptAudio} KeptAudio */
/** @typedef {import("./log.js").Why} Why */

const AT_ONCE = 8 * 1024 * 1024; // bytes: not again for each chunk
const COUNTED_EVERY = 30_000; // milliseconds: another tab may keep something meanwhile
const LEFT_AFTER = 86_400_000; // milliseconds: what was begun and not gone on with

/**
 * Make room; nothing goes where the person says that nothing goes by itself.
 * @param {number} bytes
 * @param {Why} [why]
 * @returns {Promise<number>} bytes that are free now and were not
 */
export async function makeRoom(bytes, why = "room") {
  if (bytes <= 0 || !(await room()).evicts) return 0;
  return evict(why, (files, busy) =>
    whatGoes(files, { needed: bytes, pinned: new Set(), inUse: busy }),
  );
}

/** Stay within the budget, which may be smaller now. */
export async function keepWithin() {
  const { used, budget } = await room();
  return makeRoom(used - budget, "budget");
}

/** Forget everything that is kept and that nobody took along, because somebody says so. */
export async function clearKept() {
  return evict("cleared", (files, busy) =>
    whatGoes(files, { needed: Number.POSITIVE_INFINITY, pinned: new Set(), inUse: busy }),
  );
}

/** Forget one that was begun and is not gone on with. @param {string} sha256 */
export async function forgetBegun(sha256) {
  return evict("leftover", (files, busy) =>
    files.filter((file) => file.sha256 === sha256 && !file.complete && !busy.has(sha256)),
  );
}

/** Forget what was begun long ago, and covers that are nobody's; once at a start. */
export async function tidy() {
  const before = Date.now() - LEFT_AFTER;
  await evict("leftover", (files, busy) =>
    files.filter((one) => !one.complete && one.lastUsed < before && !busy.has(one.sha256)),
  );
  await sweepCovers("leftover");
}

/**
 * One at a time over all pages and the worker.
 * @param {Why} why
 * @param {(files: (KeptAudio & {bytes: number})[], busy: Set<string>) => KeptAudio[]} plan of what nobody
 *   took along
 */
async function evict(why, plan) {
  return navigator.locks.request("jamboree-room", async () => {
    const files = (await orphans()).map((file) => ({ ...file, bytes: bytesOf(file) }));
    let freed = 0;
    for (const file of plan(files, await inUse())) {
      // Somebody may take it along, or play it, while the others go.
      if (await countUses("hashes", file.sha256)) continue;
      if ((await inUse()).has(file.sha256)) continue;
      const { sha256, people } = file;
      const bytes = bytesOf(file);
      await forget(sha256);
      await note({ what: "audio", why, bytes, count: 1, sha256, people });
      freed += bytes;
    }
    if (freed) announce("copies");
    return freed;
  });
}

/** Forget the covers that no copy needs. @param {Why} why @param {boolean} [all] also those it needs */
export async function sweepCovers(why, all = false) {
  const needed = all ? new Set() : await held("covers");
  const cache = await caches.open(COVER_CACHE);
  let [count, bytes] = [0, 0];
  for (const request of await cache.keys()) {
    if (needed.has(new URL(request.url).pathname)) continue;
    bytes += (await (await cache.match(request))?.blob())?.size ?? 0;
    count += 1;
    await cache.delete(request);
  }
  if (count) await note({ what: "covers", why, bytes, count });
  return bytes;
}

/** Whether a file that nobody took along may be kept; what has to go for it goes.
 * @param {import("./database.js").AudioEntry} entry */
export async function makeRoomToKeep(entry) {
  const known = await (await deviceDatabase()).get("audio", entry.sha256);
  const bytes = entry.size_bytes - bytesOf(known);
  const { fits, needed } = mayKeep(bytes, await room());
  return fits && (needed === 0 || (await makeRoom(needed)) >= needed);
}

/** Room that is known to be there: counting what is here takes long where much is. */
const known = { bytes: 0, at: 0 };

/** Room for what is missing of a file. Whether it fits was looked at before; here what was kept gives way
 * to it, and where that has to be, to some of what follows too.
 * @param {import("./database.js").AudioEntry} entry */
export async function makeRoomFor(entry) {
  const file = await (await deviceDatabase()).get("audio", entry.sha256);
  const missing = entry.size_bytes - bytesOf(file);
  if (missing > known.bytes || Date.now() - known.at > COUNTED_EVERY) {
    const { used, budget } = await room();
    let free = budget - used;
    if (missing > free) free += await makeRoom(Math.max(missing, AT_ONCE) - free);
    // Where nothing gives way there is no use in counting again for the next.
    const bytes = free < missing ? missing + AT_ONCE : free;
    Object.assign(known, { bytes, at: Date.now() });
  }
  known.bytes -= missing;
}

/**
 * Keep a chunk, and where the browser says that it is full, make room once and try again.
 * @param {import("./database.js").AudioEntry} entry @param {number} index
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @throws {DOMException} QuotaExceededError: there is nothing that may go
 */
export async function keepOrMakeRoom(entry, index, bytes) {
  try {
    await keep(entry, index, bytes);
  } catch (error) {
    if (!isFull(error)) throw error;
    if (!(await makeRoom(Math.max(AT_ONCE, bytes.length), "quota"))) throw error;
    await keep(entry, index, bytes);
  }
}

/** The browser gives no more room. @param {unknown} error */
export function isFull(error) {
  return error instanceof DOMException && error.name === "QuotaExceededError";
}
