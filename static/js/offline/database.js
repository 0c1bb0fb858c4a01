// What this device keeps, in IndexedDB. The bytes of audio and covers are in the Cache API
// (chunks.js); here is the index of them, and everything else.
//
// Two kinds of databases: `jamboree` is the device's own; `jamboree-<person>` holds one person's
// things, so that another person's log-in has another database and can't even see the first's.

import { mirror, mirrored } from "./mirror.js";
import { opened } from "./opening.js";

/** @typedef {import("idb").IDBPDatabase<any>} Database */

/** @typedef {"original" | "small"} Quality */
/** @typedef {import("../playlists/shapes.js").Message} Message */
/** @typedef {import("../playlists/shapes.js").Snapshot} Snapshot */

/**
 * A playlist that was taken along.
 * @typedef {object} Copy
 * @property {string} id the playlist's
 * @property {import("../playlists/shapes.js").Playlist} playlist
 * @property {import("../playlists/shapes.js").Item[]} items with one's own votes
 * @property {number} seq
 * @property {string} epoch
 * @property {import("../playlists/shapes.js").RoomState} [room] older copies lack it
 * @property {AudioEntry[]} audio of what can be fetched now
 * @property {Preparing[]} [preparing] what the server is still making
 * @property {string[]} hashes the SHA-256 of each, of `old` too, for the index
 * @property {string[]} covers
 * @property {number} sizeBytes
 * @property {boolean} pinned
 * @property {Quality} quality
 * @property {"fetching" | "paused" | "whole"} state
 * @property {string} [problem] why it is paused, as a key of the words; none: somebody paused it
 * @property {number} checkedAt milliseconds
 * @property {Record<string, {lines: {at: number | null, text: string}[]}>} [lyrics] by the track's id
 * @property {Message[]} messages of the thread, newest first
 * @property {Snapshot[]} snapshots newest first
 * @property {Record<string, {title: string, artist: string}>} [songs] what the tracks in snapshots were
 *   called, by their ids; older copies lack it
 * @property {string} [etag] of the manifest; rows of an early layout lack it and what follows
 * @property {number} [auditedAt] milliseconds: when what is here was last looked at (audit.js)
 * @property {boolean} [wasWhole] all of it was here once: from then on it is an update that is fetched
 * @property {Old} [old] what it had in the other quality, until it is whole in this one
 * @property {boolean} [gone] the playlist was deleted, or is not shared any more: only its name is left
 *   here, until the person was told
 */

/**
 * What a copy had before its quality was changed.
 * @typedef {object} Old
 * @property {Quality} quality
 * @property {AudioEntry[]} audio
 * @property {number} sizeBytes
 * @property {boolean} yields there is no room for both: each file goes once the new one is here
 */

/**
 * A file that the server is still making.
 * @typedef {object} Preparing
 * @property {string} of the SHA-256 of the track's original
 * @property {number} size_bytes estimated
 */

/**
 * What the manifest says of an audio file.
 * @typedef {object} AudioEntry
 * @property {string} sha256 of these bytes; of a rendition its own
 * @property {string} of the SHA-256 of the track's original, which `sha256` may be itself
 * @property {string} url
 * @property {number} size_bytes
 * @property {string} format
 * @property {number} chunk_size
 * @property {string[]} chunks the SHA-256 of each
 */

/**
 * What is on this device of an audio file; in the device's own database, as the bytes are shared.
 * @typedef {object} KeptAudio
 * @property {string} sha256
 * @property {number} size
 * @property {string} format
 * @property {number} chunkSize
 * @property {number[]} have indexes of the chunks that are here and were verified
 * @property {boolean} complete
 * @property {number} lastUsed milliseconds
 * @property {string} [of] the SHA-256 of the track's original; rows of an early layout lack it and what follows
 * @property {string[]} [chunks] the SHA-256 of all chunks, so that they can be checked without a manifest
 * @property {string[]} [people] who played it through: they may hear it although no copy of theirs holds it
 * @property {number} [checkedAt] milliseconds: when its bytes were last compared with their hashes
 */

const LAYOUT = 1; // of the stores; what is in the rows has a number of its own (layout.js)

/** The device's own database. @returns {Promise<Database>} */
export function deviceDatabase() {
  return opened("jamboree", LAYOUT, (db) => {
    db.createObjectStore("facts"); // name → value: device id, who is here, budget
    db.createObjectStore("audio", { keyPath: "sha256" }); // KeptAudio
    db.createObjectStore("log", { keyPath: "n", autoIncrement: true }); // what was evicted, and why
    db.createObjectStore("counts"); // hits and misses, by week
  });
}

/** One person's database. @param {string} person their id @returns {Promise<Database>} */
export function personDatabase(person) {
  return opened(`jamboree-${person}`, LAYOUT, (db) => {
    const copies = db.createObjectStore("copies", { keyPath: "id" }); // Copy
    copies.createIndex("hashes", "hashes", { multiEntry: true });
    copies.createIndex("covers", "covers", { multiEntry: true });
    const operations = db.createObjectStore("operations", { keyPath: "n", autoIncrement: true });
    operations.createIndex("state", "state"); // QueuedOperation
    db.createObjectStore("merged", { keyPath: "n", autoIncrement: true }); // what came of them
    db.createObjectStore("threads"); // playlist id → messages
    db.createObjectStore("snapshots"); // playlist id → snapshots
  });
}

/**
 * What a person heard here and the server does not know yet. A database of its own: a new layout of
 * the other one would wait for tabs that still run an older version of the app.
 * @param {string} person their id @returns {Promise<Database>}
 */
export function listensDatabase(person) {
  return opened(`jamboree-${person}-listens`, 1, (db) => {
    db.createObjectStore("listens", { keyPath: "id" }); // Heard
  });
}

/** How the names of a person's databases end; who leaves for good has all of them removed. */
const ONES_OWN = ["", "-listens", "-heard", "-kept"];

/**
 * The names of all databases that a person has here, also of those that another version of the app
 * made, where the browser can tell.
 * @param {string} person their id @returns {Promise<string[]>}
 */
export async function databasesOf(person) {
  const there = (await indexedDB.databases?.()) ?? [];
  const names = ONES_OWN.map((end) => `jamboree-${person}${end}`);
  for (const { name } of there) if (name?.startsWith(`jamboree-${person}`)) names.push(name);
  return [...new Set(names)];
}

/** A fact about this device. @param {string} name @returns {Promise<any>} */
export async function fact(name) {
  return (await deviceDatabase()).get("facts", name);
}

/** What is known here alone, and stands in a second place. Not who is here: whoever logged out must not
 * come back with a database that was lost. */
const MIRRORED = new Set(["device", "budget", "evicts", "quality", "given"]);
const LINKS = "links-"; // a person's, that were shared without network

/** @param {string} name @param {unknown} value */
export async function setFact(name, value) {
  await (await deviceDatabase()).put("facts", value, name);
  if (MIRRORED.has(name)) mirror(null, "facts", name, value);
  if (name.startsWith(LINKS)) mirror(name.slice(LINKS.length), "facts", name, value);
}

/** Who is here: the person who logged in last on this device and did not log out.
 * @returns {Promise<{id: string, name: string} | null>} */
export async function person() {
  return (await fact("person")) ?? null;
}

/** Somebody logged in here. Answers whether it is another than before.
 * @param {{id: string, name: string}} one */
export async function welcome(one) {
  const known = await person();
  if (known?.id === one.id && known.name === one.name) return false;
  const tx = (await deviceDatabase()).transaction("facts", "readwrite");
  tx.store.put(one, "person");
  const people = new Set((await tx.store.get("people")) ?? []);
  tx.store.put([...people.add(one.id)], "people");
  await tx.done;
  return known?.id !== one.id;
}

/** Nobody is here now: what is theirs stays, and is hidden until they are back. */
export async function farewell() {
  await setFact("person", null);
}

/** This device's own id, made once. @returns {Promise<string>} */
export async function deviceId() {
  const known = await fact("device");
  if (known) return known;
  const lost = (await mirrored(null, "facts")).get("device");
  const made = lost ?? crypto.randomUUID();
  await setFact("device", made);
  return made;
}

/** The database of who is here, or null when nobody is. */
export async function myDatabase() {
  const me = await person();
  return me ? personDatabase(me.id) : null;
}

/** Tell every page and the worker. @param {string} kind @param {object} [detail] */
export function announce(kind, detail = {}) {
  const channel = new BroadcastChannel("jamboree");
  channel.postMessage({ kind, ...detail });
  channel.close();
}
