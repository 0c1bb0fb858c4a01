// Fetching what a copy needs: audio chunk by chunk, each compared with its hash before it is kept, and
// covers. What is here already is not asked for again. What passes by itself (a network that stutters,
// a server that is busy) is tried again a few times before it counts.

import { Refused, SignedOut, Unreachable, waitOf } from "../api.js";
import { adopt, COVER_CACHE, hashOf, kept } from "./chunks.js";
import { announce } from "./database.js";
import { isFull, keepOrMakeRoom, makeRoomFor } from "./eviction.js";

/** @typedef {import("./database.js").AudioEntry} AudioEntry */

const SILENCE = 20_000; // milliseconds without a byte: then nobody is there any more
const TRIES = 5;
const FIRST_WAIT = 400; // milliseconds; doubled with each try
const LONGEST_WAIT = 30_000;
const PASSING = new Set([408, 425, 429]);

/** A chunk is not what the manifest says. */
export class WrongBytes extends Error {}

/** Somebody stopped it: nothing is wrong. */
export class Stopped extends Error {}

/**
 * What is missing of a file, in sequence.
 * @param {AudioEntry} entry
 * @param {AbortSignal} signal
 * @throws {Stopped | Unreachable | SignedOut | Refused | WrongBytes | DOMException} the last where the
 *   device is full
 */
export async function fetchFile(entry, signal) {
  const have = new Set((await kept(entry.sha256))?.have);
  if (have.size < entry.chunks.length) await makeRoomFor(entry);
  for (const [index, hash] of entry.chunks.entries()) {
    if (have.has(index) || (await adopt(entry, index))) continue;
    const attempt = () => patiently(() => fetchChunk(entry, index, hash, signal), signal);
    // A wrong byte costs this chunk: once more, and then it is the server that has it wrong.
    const bytes = (await attempt()) ?? (await attempt());
    if (!bytes) throw new WrongBytes();
    await keepOrMakeRoom(entry, index, bytes);
    announce("progress", { sha256: entry.sha256 });
  }
}

/**
 * Try again what may pass by itself, a little later each time.
 * @template T @param {() => Promise<T>} attempt @param {AbortSignal} signal @returns {Promise<T>}
 */
async function patiently(attempt, signal) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === TRIES || !mayPass(error)) throw error;
      const asked = error instanceof Refused ? error.wait : 0;
      const wait = Math.max(asked, FIRST_WAIT * 2 ** (tries - 1) * (0.7 + Math.random() * 0.6));
      if (wait > LONGEST_WAIT) throw error;
      await pause(wait, signal);
    }
  }
}

/** @param {unknown} error */
function mayPass(error) {
  // Without any network there is nothing to wait for here: the browser says when it is back.
  if (error instanceof Unreachable) return navigator.onLine;
  return error instanceof Refused && (error.status >= 500 || PASSING.has(error.status));
}

/** @param {number} milliseconds @param {AbortSignal} signal @throws {Stopped} */
export async function pause(milliseconds, signal) {
  await new Promise((done) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", () => done(clearTimeout(timer)), { once: true });
  });
  if (signal.aborted) throw new Stopped();
}

/** A chunk, or null when it is not what it should be.
 * @param {AudioEntry} entry @param {number} index @param {string} hash @param {AbortSignal} signal */
async function fetchChunk(entry, index, hash, signal) {
  const start = index * entry.chunk_size;
  const end = Math.min(start + entry.chunk_size, entry.size_bytes);
  const headers = { Range: `bytes=${start}-${end - 1}`, "X-Jamboree": "take-along" };
  const bytes = await listening(signal, async (own, heard) => {
    const response = await fetch(entry.url, { headers, cache: "no-store", signal: own });
    if (response.status !== 206) throw refusal(response);
    return readAll(response, end - start, heard);
  });
  return (await hashOf(bytes)) === hash ? bytes : null;
}

/**
 * Do something over the network that is given up when somebody stops it, or when nothing comes.
 * @template T
 * @param {AbortSignal} signal
 * @param {(own: AbortSignal, heard: () => void) => Promise<T>} act says with `heard` that bytes came
 * @returns {Promise<T>}
 */
async function listening(signal, act) {
  if (signal.aborted) throw new Stopped();
  const own = new AbortController();
  const stop = () => own.abort();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(stop, SILENCE);
  };
  signal.addEventListener("abort", stop);
  heard();
  try {
    return await act(own.signal, heard);
  } catch (error) {
    if (signal.aborted) throw new Stopped();
    const isTold = [Refused, SignedOut, Unreachable].some((kind) => error instanceof kind);
    if (isTold || isFull(error)) throw error;
    throw new Unreachable(String(error));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

/** @param {Response} response */
function refusal(response) {
  response.body?.cancel().catch(() => {}); // nobody reads it
  if (response.status === 401) return new SignedOut("Log in first.");
  return new Refused(response.status, null, waitOf(response.headers));
}

/** @param {Response} response @param {number} size @param {() => void} heard */
async function readAll(response, size, heard) {
  const bytes = new Uint8Array(size);
  const reader = response.body?.getReader();
  let at = 0;
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    heard();
    if (at + part.value.length > size) throw new Unreachable("More came than was asked for.");
    bytes.set(part.value, at);
    at += part.value.length;
  }
  if (at < size) throw new Unreachable("What came was cut short.");
  return bytes;
}

/**
 * A cover that can't be had is no reason to leave the music; a network that is gone is one to stop asking.
 * @param {string[]} urls @param {AbortSignal} signal @throws {Stopped | Unreachable}
 */
export async function fetchCovers(urls, signal) {
  const cache = await caches.open(COVER_CACHE);
  for (const url of urls) {
    if (await cache.match(url)) continue;
    const one = async (/** @type {AbortSignal} */ own) => {
      const response = await fetch(url, { signal: own });
      if (response.ok) await cache.put(url, response);
    };
    await patiently(() => listening(signal, one), signal);
  }
}

/** Why a download stopped, as a key of the words. @param {unknown} error */
export function reason(error) {
  if (error instanceof WrongBytes) return "wrong_bytes";
  if (isFull(error)) return "disk_full";
  if (error instanceof SignedOut) return "signed_out";
  if (error instanceof Refused)
    return error.status >= 500 || PASSING.has(error.status) ? "busy" : "refused";
  return "no_network";
}
