// Copies: playlists that were taken along. One download at a time a device, over all tabs; it goes on
// from where it was after a broken connection, a closed tab or a new start.

import { call, Refused, SignedOut, Unreachable } from "../api.js";
import { COVER_CACHE, forget, keep, kept } from "./chunks.js";
import { announce, deviceDatabase, fact, myDatabase, personDatabase } from "./database.js";

/** @typedef {import("./database.js").Copy} Copy */
/** @typedef {import("./database.js").AudioEntry} AudioEntry */

const BUDGET = 500_000_000; // bytes; changeable later, so it is kept as a fact
const AT_A_TIME = 2; // tracks; the chunks of one come in sequence

/** There is not enough room; nothing was downloaded. */
export class NoRoom extends Error {
  /** @param {number} needed bytes @param {number} free bytes */
  constructor(needed, free) {
    super("not enough room");
    this.needed = needed;
    this.free = free;
  }
}

/** A chunk is not what the manifest says. */
class WrongBytes extends Error {}

/** @returns {Promise<Copy[]>} */
export async function copies() {
  return (await (await myDatabase())?.getAll("copies")) ?? [];
}

/** @param {string} id the playlist's @returns {Promise<Copy | undefined>} */
export async function copy(id) {
  return (await myDatabase())?.get("copies", id);
}

/** How much of a copy is here, 0 to 1. @param {Copy} one */
export async function share(one) {
  if (!one.sizeBytes) return 1;
  let bytes = 0;
  for (const entry of one.audio) {
    const file = await kept(entry.sha256);
    if (!file) continue;
    bytes += file.complete ? file.size : Math.min(file.have.length * file.chunkSize, file.size);
  }
  return Math.min(1, bytes / one.sizeBytes);
}

/** Bytes of audio on this device, and how many there may be. */
export async function room() {
  const database = await deviceDatabase();
  const used = (await database.getAll("audio")).reduce(
    (sum, file) => sum + (file.complete ? file.size : file.have.length * file.chunkSize),
    0,
  );
  const { quota = BUDGET, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  const budget = Math.min((await database.get("facts", "budget")) ?? BUDGET, quota * 0.6);
  return { used, budget, free: Math.max(0, Math.min(budget - used, quota - usage)) };
}

/**
 * Take a playlist along: the manifest first, then its audio and covers; answers when all is here.
 * @param {string} id the playlist's
 * @param {(one: Copy) => void} begins called when it is known how much it is, and that it fits
 * @throws {NoRoom | Unreachable | SignedOut | Refused}
 */
export async function takeAlong(id, begins) {
  // Not waited for: Firefox asks the person, and may never get an answer.
  navigator.storage?.persist?.().catch(() => {});
  const one = await follow(id, { pinned: true });
  if (!one) return;
  begins(one);
  await download(one.id);
}

/**
 * Fetch the manifest and keep it: what the list holds now. What left it is released.
 * @param {string} id
 * @param {{pinned?: boolean}} [options]
 */
export async function follow(id, { pinned = false } = {}) {
  const database = await myDatabase();
  if (!database) return null;
  /** @type {Copy | undefined} */
  const before = await database.get("copies", id);
  const manifest = await call("GET", `playlists/${id}/offline`);
  const missing = await missingBytes(manifest.audio);
  const { free } = await room();
  if (missing > free) throw new NoRoom(missing, free);
  /** @type {Copy} */
  const one = {
    id,
    playlist: manifest.playlist,
    items: manifest.items,
    seq: manifest.seq,
    epoch: manifest.epoch,
    audio: manifest.audio,
    hashes: manifest.audio.map((/** @type {AudioEntry} */ { sha256 }) => sha256),
    covers: manifest.covers,
    lyrics: manifest.lyrics,
    sizeBytes: manifest.size_bytes,
    pinned: pinned || (before?.pinned ?? false),
    quality: "original",
    state: missing ? "fetching" : "whole",
    checkedAt: Date.now(),
    messages: manifest.messages,
    snapshots: manifest.snapshots,
  };
  await database.put("copies", one);
  await release(before);
  announce("copies", { id });
  return one;
}

/** @param {AudioEntry[]} audio */
async function missingBytes(audio) {
  let bytes = 0;
  for (const entry of audio) {
    const file = await kept(entry.sha256);
    const there = file?.complete ? file.size : (file?.have.length ?? 0) * entry.chunk_size;
    bytes += Math.max(0, entry.size_bytes - there);
  }
  return bytes;
}

/** Fetch what is missing of a copy. One at a time over all tabs; a second caller waits and then finds
 * everything here. @param {string} id */
export async function download(id) {
  await navigator.locks.request("jamboree-download", async () => {
    try {
      // The list may change while it is fetched: then what is new of it comes next.
      for (let done = false; !done; ) {
        const one = await copy(id);
        if (!one) return;
        await fetchAll(one);
        done = await setState(id, "whole", { seq: one.seq });
      }
    } catch (error) {
      await setState(id, "paused", { problem: reason(error) });
      throw error;
    }
  });
}

/** @param {Copy} one */
async function fetchAll(one) {
  const entries = [...one.audio];
  const runner = async () => {
    for (let entry = entries.shift(); entry; entry = entries.shift()) {
      await fetchAudio(entry);
      announce("progress", { id: one.id });
    }
  };
  await fetchCovers(one.covers);
  await Promise.all(Array.from({ length: AT_A_TIME }, runner));
}

/** @param {AudioEntry} entry */
async function fetchAudio(entry) {
  const have = new Set((await kept(entry.sha256))?.have);
  for (const [index, hash] of entry.chunks.entries()) {
    if (have.has(index)) continue;
    // A wrong byte costs this chunk: once more, and then it is the server that has it wrong.
    const bytes = (await fetchChunk(entry, index, hash)) ?? (await fetchChunk(entry, index, hash));
    if (!bytes) throw new WrongBytes();
    await keep(entry, index, bytes);
    announce("progress");
  }
}

/** A chunk, or null when it is not what it should be.
 * @param {AudioEntry} entry @param {number} index @param {string} hash */
async function fetchChunk(entry, index, hash) {
  const start = index * entry.chunk_size;
  const end = Math.min(start + entry.chunk_size, entry.size_bytes);
  /** @type {Response} */
  let response;
  /** @type {ArrayBuffer} */
  let bytes;
  try {
    response = await fetch(entry.url, {
      headers: { Range: `bytes=${start}-${end - 1}`, "X-Jamboree": "take-along" },
      cache: "no-store",
    });
    if (response.status === 401) throw new SignedOut("Log in first.");
    if (response.status !== 206) throw new Refused(response.status, null);
    bytes = await response.arrayBuffer();
  } catch (error) {
    if (error instanceof SignedOut || error instanceof Refused) throw error;
    throw new Unreachable(String(error));
  }
  return (await sha256(bytes)) === hash ? new Uint8Array(bytes) : null;
}

/** @param {ArrayBuffer} bytes */
async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string[]} urls */
async function fetchCovers(urls) {
  const cache = await caches.open(COVER_CACHE);
  for (const url of urls) {
    if (await cache.match(url)) continue;
    const response = await fetch(url).catch(() => null);
    // A cover that can't be had is no reason to leave the music.
    if (response?.ok) await cache.put(url, response);
  }
}

/** @param {unknown} error */
function reason(error) {
  if (error instanceof WrongBytes) return "wrong_bytes";
  if (error instanceof DOMException && error.name === "QuotaExceededError") return "disk_full";
  if (error instanceof Refused || error instanceof SignedOut) return "refused";
  return "no_network";
}

/**
 * Note where a copy stands, unless its manifest is another by now than that of `seq`.
 * @param {string} id
 * @param {Copy["state"]} state
 * @param {{seq?: number, problem?: string}} [about]
 * @returns {Promise<boolean>} whether there is nothing more to do about it
 */
async function setState(id, state, { seq, problem } = {}) {
  const tx = (await myDatabase())?.transaction("copies", "readwrite");
  const one = await tx?.store.get(id);
  const isOther = Boolean(one && seq !== undefined && one.seq !== seq);
  if (one && !isOther) tx?.store.put({ ...one, state, problem, checkedAt: Date.now() });
  await tx?.done;
  announce("copies", { id });
  return !isOther;
}

/** Go on with everything that was begun; called at start and when the network is back. */
export async function resume() {
  for (const one of await copies()) {
    if (one.state === "whole") continue;
    try {
      await download(one.id);
    } catch {
      return; // its state says why; the next occasion tries again
    }
  }
}

/** Leave a copy: its bytes go, but for those that another copy needs. @param {string} id */
export async function leave(id) {
  const database = await myDatabase();
  const one = await copy(id);
  if (!database || !one) return;
  await database.delete("copies", id);
  await release(one);
  announce("copies", { id });
}

/** Forget what a copy held and no copy of anybody on this device holds now.
 * @param {Copy | undefined} before */
async function release(before) {
  if (!before) return;
  for (const sha256 of before.hashes) {
    if (!(await countUses("hashes", sha256))) await forget(sha256);
  }
  const cache = await caches.open(COVER_CACHE);
  for (const url of before.covers) {
    if (!(await countUses("covers", url))) await cache.delete(url);
  }
}

/** How many copies on this device hold a file, or a cover.
 * @param {"hashes" | "covers"} index @param {string} key */
async function countUses(index, key) {
  /** @type {string[]} */
  const people = (await fact("people")) ?? [];
  const counts = people.map(async (id) =>
    (await personDatabase(id)).countFromIndex("copies", index, key),
  );
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/** Whether who is here took a file or a cover along; others' copies on this device are not theirs.
 * @param {"hashes" | "covers"} index @param {string} key */
export async function isMine(index, key) {
  const database = await myDatabase();
  return Boolean(await database?.countFromIndex("copies", index, key));
}
