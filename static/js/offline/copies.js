// Copies: playlists that were taken along; the rows of them, and how much of each is here.
// following.js makes them and keeps them true, downloading.js fetches what they need.

import { kept } from "./chunks.js";
import { announce, fact, myDatabase, person, setFact } from "./database.js";
import { hashesOf } from "./delta.js";
import { unmirror } from "./mirror.js";
import { release } from "./references.js";
import { bytesOf } from "./room.js";

/** @typedef {import("./database.js").Copy} Copy */
/** @typedef {import("./database.js").Quality} Quality */

/** @returns {Promise<Copy[]>} */
export async function copies() {
  return (await all()).filter((one) => !one.gone);
}

/** What could not stay here, and the person was not told of yet. @returns {Promise<Copy[]>} */
export async function gone() {
  return (await all()).filter((one) => one.gone);
}

/** @returns {Promise<Copy[]>} */
async function all() {
  return (await (await myDatabase())?.getAll("copies")) ?? [];
}

/** @param {string} id the playlist's @returns {Promise<Copy | undefined>} */
export async function copy(id) {
  const one = await (await myDatabase())?.get("copies", id);
  return one?.gone ? undefined : one;
}

/** How much of a copy is here, 0 to 1. @param {Copy} one */
export async function share(one) {
  if (!one.sizeBytes) return one.preparing?.length ? 0 : 1;
  let bytes = 0;
  for (const entry of one.audio) bytes += bytesOf(await kept(entry.sha256));
  return Math.min(1, bytes / one.sizeBytes);
}

/** The copy is stopped because somebody wanted that: nothing goes on by itself. @param {Copy} one */
export function isPaused({ state, problem }) {
  return state === "paused" && problem === undefined;
}

/**
 * Change the row of a copy as it is at that moment, in whichever tab; what it no longer needs goes.
 * @param {string} id
 * @param {(one: Copy) => Partial<Copy> | null} how null: not at all
 * @returns {Promise<Copy | undefined>} the row as it is now
 */
export async function change(id, how) {
  const tx = (await myDatabase())?.transaction("copies", "readwrite");
  /** @type {Copy | undefined} */
  const before = await tx?.store.get(id);
  const changed = before && !before.gone ? how(before) : null;
  if (!before || !changed) {
    await tx?.done;
    return before?.gone ? undefined : before;
  }
  const one = { ...before, ...changed };
  one.hashes = hashesOf(one);
  tx?.store.put(one);
  await tx?.done;
  await letGo(before, one);
  announce("copies", { id });
  return one;
}

/** Forget the bytes that a copy needed before and does not need now, unless another needs them.
 * @param {Copy} before @param {Copy} [now] */
export async function letGo(before, now) {
  const [hashes, covers] = [new Set(now?.hashes), new Set(now?.covers)];
  const rest = {
    ...before,
    hashes: before.hashes.filter((sha256) => !hashes.has(sha256)),
    covers: before.covers.filter((url) => !covers.has(url)),
  };
  if (rest.hashes.length || rest.covers.length) await release(rest);
}

/** Leave a copy: its bytes go, but for those that another copy needs. Whoever fetches it, in whichever
 * tab, stops. @param {string} id */
export async function leave(id) {
  const database = await myDatabase();
  const one = await database?.get("copies", id);
  if (!database || !one) return;
  const me = await person();
  if (me) await unmirror(me.id, "copies", id);
  await database.delete("copies", id);
  announce("stop", { id });
  await release(one);
  announce("copies", { id });
}

/** The quality that this device takes along, unless the person says otherwise for one playlist.
 * @returns {Promise<Quality>} */
export async function usualQuality() {
  return (await fact("quality")) ?? "original";
}

/** @param {Quality} quality */
export async function setUsualQuality(quality) {
  await setFact("quality", quality);
}
