// The bytes of audio on this device: 1 MiB chunks in the Cache API, each verified when it is put.
// Measured against whole files, IndexedDB and OPFS: docs/decisions/0006-audio-in-chunks.md.

import { address } from "../site.js";
import { announce, deviceDatabase } from "./database.js";
import { partsOf } from "./range.js";

/** @typedef {import("./database.js").KeptAudio} KeptAudio */

export const AUDIO_CACHE = "jamboree-audio-1";
export const COVER_CACHE = "jamboree-covers-1";

/** Under which address a chunk lies; nobody fetches it. @param {string} sha256 @param {number} index */
function keyOf(sha256, index) {
  return address(`audio/${sha256}?chunk=${index}`);
}

/** All chunks that are here, whoever knows of them: the indexes, by their file.
 * @returns {Promise<Map<string, Set<number>>>} */
export async function chunksHere() {
  /** @type {Map<string, Set<number>>} */
  const here = new Map();
  for (const { url } of await (await caches.open(AUDIO_CACHE)).keys()) {
    const [, sha256, index] = url.match(/audio\/([^/?]+)\?chunk=(\d+)$/) ?? [];
    if (!sha256) continue;
    const indexes = here.get(sha256) ?? new Set();
    here.set(sha256, indexes.add(Number(index)));
  }
  return here;
}

/** Whether a chunk is here; its bytes are not read. @param {string} sha256 @param {number} index */
export async function isHere(sha256, index) {
  return Boolean(await (await caches.open(AUDIO_CACHE)).match(keyOf(sha256, index)));
}

/** @param {string} sha256 @returns {Promise<KeptAudio | undefined>} */
export async function kept(sha256) {
  return (await deviceDatabase()).get("audio", sha256);
}

/**
 * Keep a chunk, and note that it is here: in this order, so that what is noted is there.
 * @param {import("./database.js").AudioEntry} entry
 * @param {number} index
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export async function keep(entry, index, bytes) {
  const cache = await caches.open(AUDIO_CACHE);
  await cache.put(keyOf(entry.sha256, index), new Response(bytes));
  await note(entry, index);
}

/** Note that a chunk is here, whose bytes were verified.
 * @param {import("./database.js").AudioEntry} entry @param {number} index */
async function note(entry, index) {
  const database = await deviceDatabase();
  const tx = database.transaction("audio", "readwrite");
  /** @type {KeptAudio} */
  const known = (await tx.store.get(entry.sha256)) ?? {
    sha256: entry.sha256,
    size: entry.size_bytes,
    format: entry.format,
    chunkSize: entry.chunk_size,
    have: [],
    complete: false,
    lastUsed: Date.now(),
  };
  known.of ??= entry.of;
  known.chunks ??= entry.chunks;
  if (!known.have.includes(index)) known.have.push(index);
  known.complete = known.have.length === entry.chunks.length;
  await tx.store.put(known);
  await tx.done;
}

/** The bytes of a chunk; null when it is not here. @param {string} sha256 @param {number} index */
export async function chunk(sha256, index) {
  const cache = await caches.open(AUDIO_CACHE);
  const response = await cache.match(keyOf(sha256, index));
  return response ? new Uint8Array(await response.arrayBuffer()) : null;
}

/**
 * Take what is here and nobody noted: the browser was closed in between, or the index was lost. Answers
 * whether there were such bytes, and they were right.
 * @param {import("./database.js").AudioEntry} entry @param {number} index
 */
export async function adopt(entry, index) {
  const bytes = await chunk(entry.sha256, index);
  if (!bytes || (await hashOf(bytes)) !== entry.chunks[index]) return false;
  await note(entry, index);
  return true;
}

/** The SHA-256 of bytes, in hexadecimal. @param {BufferSource} bytes */
export async function hashOf(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Note that chunks of a file are not here any more, or are not what they should be: the file is no longer
 * whole, and what is left of it stays. The pages are told (losses.js).
 * @param {string} sha256 @param {Iterable<number>} indexes
 * @param {"gone" | "wrong"} [why]
 */
export async function lose(sha256, indexes, why = "gone") {
  const gone = new Set(indexes);
  const tx = (await deviceDatabase()).transaction("audio", "readwrite");
  /** @type {KeptAudio | undefined} */
  const known = await tx.store.get(sha256);
  if (known) {
    const have = known.have.filter((index) => !gone.has(index));
    tx.store.put({ ...known, have, complete: false });
  }
  await tx.done;
  const cache = await caches.open(AUDIO_CACHE);
  for (const index of gone) await cache.delete(keyOf(sha256, index));
  announce("lost", { sha256, why });
}

/** Remove a chunk that no row knows of. @param {string} sha256 @param {number} index */
export async function drop(sha256, index) {
  await (await caches.open(AUDIO_CACHE)).delete(keyOf(sha256, index));
}

/** How many chunks a file has. @param {KeptAudio} file */
export function countOf(file) {
  return file.chunks?.length ?? Math.ceil(file.size / file.chunkSize);
}

/** Forget a file: the bytes first, so that no bytes stay that nobody knows of. @param {string} sha256 */
export async function forget(sha256) {
  const known = await kept(sha256);
  if (!known) return;
  const cache = await caches.open(AUDIO_CACHE);
  for (const index of known.have) await cache.delete(keyOf(sha256, index));
  await (await deviceDatabase()).delete("audio", sha256);
}

/**
 * A range of a file as a stream, chunk by chunk as the player takes it; null when a chunk is gone.
 * @param {KeptAudio} file
 * @param {{start: number, end: number}} range
 * @returns {Promise<ReadableStream<Uint8Array> | null>}
 */
export async function read(file, range) {
  const cache = await caches.open(AUDIO_CACHE);
  const parts = partsOf(range, file.chunkSize);
  // Whether the browser threw something away is found out before an answer is begun.
  for (const { index } of parts.slice(0, 2)) {
    if (await cache.match(keyOf(file.sha256, index))) continue;
    await lose(file.sha256, [index]);
    return null;
  }
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      const part = parts[at];
      at += 1;
      if (!part) {
        controller.close();
        return;
      }
      const response = await cache.match(keyOf(file.sha256, part.index));
      if (!response) {
        await lose(file.sha256, [part.index]);
        controller.error(new Error("a chunk is gone"));
        return;
      }
      const bytes = new Uint8Array(await response.arrayBuffer());
      controller.enqueue(bytes.subarray(part.from, part.to));
    },
  });
}

/** Note that a file was played, for who is thrown out first. @param {string} sha256 */
export async function used(sha256) {
  const tx = (await deviceDatabase()).transaction("audio", "readwrite");
  const known = await tx.store.get(sha256);
  if (known) tx.store.put({ ...known, lastUsed: Date.now() });
  await tx.done;
}
