// The log of this device: what was thrown out, when, why, and how big it was. It names nothing: what a
// file was called stands in the database of who heard it (kept-tracks.js), so that nobody reads of another.

import { deviceDatabase } from "./database.js";

const ROWS = 200;

/** Why something went: room for something else, a full browser, a smaller budget, a person's wish, or
 * because it was left half-way.
 * @typedef {"room" | "quota" | "budget" | "cleared" | "leftover"} Why */

/**
 * @typedef {object} Logged
 * @property {number} [n] its number
 * @property {number} at milliseconds
 * @property {"audio" | "covers" | "pages"} what
 * @property {Why} why
 * @property {number} bytes
 * @property {number} count of files
 * @property {string} [sha256] of audio
 * @property {string[]} [people] whose it was, as far as that is known
 */

/** Note what went; the oldest rows give way. @param {Omit<Logged, "at" | "n">} what */
export async function note(what) {
  const tx = (await deviceDatabase()).transaction("log", "readwrite");
  const n = Number(await tx.store.add({ ...what, at: Date.now() }));
  await tx.store.delete(IDBKeyRange.upperBound(n - ROWS));
  await tx.done;
}

/** The log, newest first. @param {number} [count] @returns {Promise<Logged[]>} */
export async function logged(count = ROWS) {
  const rows = [];
  const { store } = (await deviceDatabase()).transaction("log");
  for (let at = await store.openCursor(null, "prev"); at && rows.length < count; ) {
    rows.push(at.value);
    at = await at.continue();
  }
  return rows;
}
