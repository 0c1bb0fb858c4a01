// Audio that nobody took along and that is kept all the same, while there is room: what was played, and
// what comes next. Its chunks are kept as they pass through the worker on their way to the player, so that
// nothing is fetched twice (docs/decisions/0032-played-audio-is-kept.md).

import { call } from "../api.js";
import { hashOf, kept } from "./chunks.js";
import { announce, deviceDatabase, person } from "./database.js";
import { forgetBegun, keepOrMakeRoom, makeRoomToKeep } from "./eviction.js";
import { fetchFile } from "./fetching.js";
import { remember } from "./kept-tracks.js";
import { isMine } from "./references.js";
import { isThrifty } from "./thrift.js";

/** @typedef {import("./database.js").AudioEntry} AudioEntry */

/** Files of which chunks pass through, as long as the worker lives: what each chunk must be, or null
 * where there is no room for it. @type {Map<string, Promise<AudioEntry | null>>} */
const welcomed = new Map();
const REMEMBERED = 20;
/** Chunks that are fetched also over a connection that is dear. */
const FEW = 2;

/** Whether a file can be played from here by who is here. @param {string} sha256 */
export async function isHere(sha256) {
  return Boolean((await kept(sha256))?.complete) && isMine("hashes", sha256);
}

/** What each chunk of a file must be, as the server tells who may hear it.
 * @param {string} sha256 @returns {Promise<AudioEntry>} */
async function entryOf(sha256) {
  return call("GET", `audio/by-hash/${sha256}/chunks`);
}

/** Whether there is room to keep a file; the first that asks makes it. A file that the server would not
 * let this person hear is not kept either. @param {string} sha256 @returns {Promise<AudioEntry | null>} */
export async function welcome(sha256) {
  const me = await person();
  if (!me) return null;
  const key = `${me.id} ${sha256}`;
  let entry = welcomed.get(key);
  if (!entry) {
    entry = admit(sha256, me.id);
    welcomed.set(key, entry);
    entry.catch(() => welcomed.delete(key));
    const [oldest] = welcomed.keys();
    if (welcomed.size > REMEMBERED) welcomed.delete(oldest);
  }
  return entry;
}

/** @param {string} sha256 @param {string} id the person's @returns {Promise<AudioEntry | null>} */
async function admit(sha256, id) {
  const entry = await entryOf(sha256);
  if (!(await makeRoomToKeep(entry))) return null;
  await allow(entry, id);
  return entry;
}

/** Note that a person may hear a file here, as the server lets them. It may have no chunk yet.
 * @param {AudioEntry} entry @param {string} id */
async function allow(entry, id) {
  const tx = (await deviceDatabase()).transaction("audio", "readwrite");
  /** @type {import("./database.js").KeptAudio} */
  const known = (await tx.store.get(entry.sha256)) ?? {
    sha256: entry.sha256,
    of: entry.of,
    size: entry.size_bytes,
    format: entry.format,
    chunkSize: entry.chunk_size,
    chunks: entry.chunks,
    have: [],
    complete: false,
    lastUsed: Date.now(),
  };
  if (!known.people?.includes(id)) {
    await tx.store.put({ ...known, people: [...(known.people ?? []), id] });
  }
  await tx.done;
}

/**
 * Keep what is whole of a piece that passes through the worker.
 * @param {string} sha256
 * @param {Response} passing a copy of a 206
 */
export async function keepPassing(sha256, passing) {
  const entry = await welcome(sha256);
  const range = passing.headers.get("Content-Range")?.match(/^bytes (\d+)-(\d+)\/(\d+)$/);
  if (!entry || !range || Number(range[3]) !== entry.size_bytes) {
    await passing.body?.cancel();
    return;
  }
  const start = Number(range[1]);
  const bytes = new Uint8Array(await passing.arrayBuffer());
  const size = entry.chunk_size;
  for (let index = Math.ceil(start / size); index < entry.chunks.length; index += 1) {
    const from = index * size - start;
    const to = Math.min(from + size, entry.size_bytes - start);
    if (to > bytes.length) break;
    const chunk = bytes.slice(from, to);
    if ((await hashOf(chunk)) !== entry.chunks[index]) break; // fetched again when it was played through
    await keepOrMakeRoom(entry, index, chunk);
  }
  announce("audio", { sha256 });
}

/**
 * A track was played through: what a jump left out of it is fetched, and it stays.
 * @param {string} sha256
 * @param {import("../playlists/shapes.js").Track} track
 */
export async function playedThrough(sha256, track) {
  const known = await kept(sha256);
  if (!known) return; // there was no room for it, or no worker through which it passed
  if (!known.complete) {
    const missing = (known.chunks?.length ?? 0) - known.have.length;
    if (missing > FEW && isThrifty()) return;
    await fetchFile(await entryOf(sha256), new AbortController().signal);
  }
  await remember(sha256, track);
}

/** A track was left early, the first time that it was played here: what came of it makes place; and where
 * all of it has come already, it is the next to go. @param {string} sha256 */
export async function leftEarly(sha256) {
  const known = await kept(sha256);
  if (!known?.complete) {
    await forgetBegun(sha256);
    return;
  }
  const tx = (await deviceDatabase()).transaction("audio", "readwrite");
  const now = await tx.store.get(sha256);
  if (now) await tx.store.put({ ...now, lastUsed: 0 });
  await tx.done;
}

/**
 * Have a file whole before it is played.
 * @param {string} sha256
 * @param {import("../playlists/shapes.js").Track} track
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>} whether it is here now
 */
export async function fetchToKeep(sha256, track, signal) {
  const entry = await welcome(sha256);
  if (!entry || signal.aborted) return false;
  await fetchFile(entry, signal);
  await remember(sha256, track);
  return true;
}
