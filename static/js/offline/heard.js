// What a person heard, as far as this device knows it: for the history, for going on where one was, and
// for playing again what was kept without being in a copy. A database of its own for each person.

import { openDB } from "../../vendor/idb.js";
import { person } from "./database.js";

/** @typedef {import("../playlists/shapes.js").Track} Track */

/**
 * A line of the history.
 * @typedef {object} Line
 * @property {string} id the listen's
 * @property {string | null} track its id; null where it left the library
 * @property {string} title
 * @property {string} artist
 * @property {string} at ISO 8601, when it began
 * @property {number} seconds of it that sounded
 */

/**
 * Where one was in what one listened to here.
 * @typedef {object} Place
 * @property {Track} track
 * @property {number} second
 * @property {Track[]} queue what came next
 * @property {{id: string, title: string} | null} playlist
 * @property {number} at milliseconds
 * @property {boolean} isTold the server knows it
 */

const LINES_KEPT = 500;
const TRACKS_KEPT = 3000;

/** @type {Map<string, Promise<import("idb").IDBPDatabase<any>>>} */
const open = new Map();

/** @param {string} id the person's */
function database(id) {
  const name = `jamboree-${id}-heard`;
  let known = open.get(name);
  if (!known) {
    const forget = () => open.delete(name);
    known = openDB(name, 1, {
      upgrade(db) {
        db.createObjectStore("lines", { keyPath: "id" }).createIndex("at", "at"); // Line
        db.createObjectStore("tracks", { keyPath: "track.id" }); // {track, at}
        db.createObjectStore("peaks"); // track id → the drawing behind the seek bar
        db.createObjectStore("place"); // "last" → Place
      },
      // A newer version of the app in another tab, or the removal of what is theirs, goes first.
      blocking(_now, _wanted, event) {
        /** @type {IDBDatabase} */ (event.target).close();
        forget();
      },
      terminated: forget,
    });
    known.catch(forget);
    open.set(name, known);
  }
  return known;
}

/** Of who is here; null when nobody is. */
async function mine() {
  const me = await person();
  return me ? database(me.id) : null;
}

/** A track was, or is being, heard here.
 * @param {import("../player/listens.js").Heard} heard @param {Track} track */
export async function note(heard, track) {
  const tx = (await mine())?.transaction(["lines", "tracks"], "readwrite");
  if (!tx) return;
  const { id, at, seconds } = heard;
  const { title, artist } = track;
  tx.objectStore("lines").put({ id, track: track.id, title, artist, at, seconds });
  tx.objectStore("tracks").put({ track, at: Date.now() });
  await tx.done;
}

/** The history as the server tells it takes the place of what was known; what it doesn't know yet stays.
 * @param {Line[]} told newest first @param {Set<string>} unsent ids of listens */
export async function replace(told, unsent) {
  const tx = (await mine())?.transaction("lines", "readwrite");
  if (!tx) return;
  for (const id of await tx.store.getAllKeys()) {
    if (!unsent.has(String(id))) tx.store.delete(id);
  }
  for (const line of told.slice(0, LINES_KEPT)) tx.store.put(line);
  await tx.done;
}

/** Newest first. @returns {Promise<Line[]>} */
export async function lines() {
  const all = await (await mine())?.getAllFromIndex("lines", "at");
  return (all ?? []).reverse();
}

/** Tracks that were heard here, latest first. @returns {Promise<Track[]>} */
export async function heardTracks() {
  const all = (await (await mine())?.getAll("tracks")) ?? [];
  return all.sort((one, other) => other.at - one.at).map(({ track }) => track);
}

/** Forget what is long ago, so that it doesn't grow for ever. */
export async function tidy() {
  const tx = (await mine())?.transaction(["lines", "tracks", "peaks"], "readwrite");
  if (!tx) return;
  const old = await tx.objectStore("lines").index("at").getAllKeys();
  for (const id of old.slice(0, -LINES_KEPT)) tx.objectStore("lines").delete(id);
  const tracks = await tx.objectStore("tracks").getAll();
  tracks.sort((one, other) => other.at - one.at);
  for (const { track } of tracks.slice(TRACKS_KEPT)) {
    tx.objectStore("tracks").delete(track.id);
    tx.objectStore("peaks").delete(track.id);
  }
  await tx.done;
}

/** @param {Place | null} place null: it came to its end */
export async function notePlace(place) {
  const store = await mine();
  if (place) await store?.put("place", place, "last");
  else await store?.delete("place", "last");
}

/** Where one was last on this device. @returns {Promise<Place | null>} */
export async function place() {
  return (await (await mine())?.get("place", "last")) ?? null;
}

/** @param {string} track its id @param {string} drawing */
export async function notePeaks(track, drawing) {
  await (await mine())?.put("peaks", drawing, track);
}

/** @param {string} track its id @returns {Promise<string>} */
export async function peaks(track) {
  return (await (await mine())?.get("peaks", track)) ?? "";
}

/** Bytes, about, of what only shows pages: the history, and the drawings behind the seek bar. */
export async function sizeOfPages() {
  const tx = (await mine())?.transaction(["lines", "peaks"]);
  if (!tx) return 0;
  const all = [await tx.objectStore("lines").getAll(), await tx.objectStore("peaks").getAll()];
  return all.flat().reduce((sum, one) => sum + JSON.stringify(one).length, 0);
}

/** Forget it; the server tells it again. */
export async function forgetPages() {
  const tx = (await mine())?.transaction(["lines", "peaks"], "readwrite");
  if (!tx) return;
  await Promise.all([tx.objectStore("lines").clear(), tx.objectStore("peaks").clear(), tx.done]);
}
