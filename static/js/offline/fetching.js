// Fetching what a copy needs: audio chunk by chunk, each compared with its hash before it is kept, and
// covers. What is here already is not asked for again.

import { Refused, SignedOut, Unreachable } from "../api.js";
import { COVER_CACHE, keep, kept } from "./chunks.js";
import { announce } from "./database.js";

/** @typedef {import("./database.js").AudioEntry} AudioEntry */

/** A chunk is not what the manifest says. */
export class WrongBytes extends Error {}

/**
 * What is missing of a file, in sequence.
 * @param {AudioEntry} entry
 * @throws {Unreachable | SignedOut | Refused | WrongBytes | DOMException} the last where the device is full
 */
export async function fetchFile(entry) {
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

/** The SHA-256 of bytes, in hexadecimal. @param {BufferSource} bytes */
export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string[]} urls */
export async function fetchCovers(urls) {
  const cache = await caches.open(COVER_CACHE);
  for (const url of urls) {
    if (await cache.match(url)) continue;
    const response = await fetch(url).catch(() => null);
    // A cover that can't be had is no reason to leave the music.
    if (response?.ok) await cache.put(url, response);
  }
}

/** Why a download stopped, as a key of the words. @param {unknown} error */
export function reason(error) {
  if (error instanceof WrongBytes) return "wrong_bytes";
  if (error instanceof DOMException && error.name === "QuotaExceededError") return "disk_full";
  if (error instanceof Refused || error instanceof SignedOut) return "refused";
  return "no_network";
}
