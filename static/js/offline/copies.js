// Copies: playlists that were taken along. One download at a time a device, over all tabs; it goes on
// from where it was after a broken connection, a closed tab or a new start.

import { call } from "../api.js";
import { kept } from "./chunks.js";
import { announce, myDatabase } from "./database.js";
import { fetchCovers, fetchFile, reason } from "./fetching.js";
import { release } from "./references.js";
import { bytesOf, missingBytes, room } from "./room.js";

/** @typedef {import("./database.js").Copy} Copy */
/** @typedef {import("./database.js").AudioEntry} AudioEntry */

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
  for (const entry of one.audio) bytes += bytesOf(await kept(entry.sha256));
  return Math.min(1, bytes / one.sizeBytes);
}

/**
 * Take a playlist along: the manifest first, then its audio and covers; answers when all is here.
 * @param {string} id the playlist's
 * @param {(one: Copy) => void} begins called when it is known how much it is, and that it fits
 * @throws {NoRoom | import("../api.js").Unreachable | import("../api.js").SignedOut | import("../api.js").Refused}
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
      await fetchFile(entry);
      announce("progress", { id: one.id });
    }
  };
  await fetchCovers(one.covers);
  await Promise.all(Array.from({ length: AT_A_TIME }, runner));
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
