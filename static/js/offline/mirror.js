// A second place for the few things that only this device knows: changes that were not sent yet, which
// playlists were taken along, and the facts about the device. They lie in the Cache API, in files of their
// own, so that they survive a database that is lost or damaged (docs/decisions/0031-two-places.md).
//
// IndexedDB is the truth. It is written first, and what is removed is removed here first: so what is here
// and not there was lost there. Putting a change back that was sent already is harmless: the server knows
// its id. What can't be written here stands in IndexedDB alone; nobody is kept waiting for it.

import { address } from "../site.js";

const PREFIX = "jamboree-mirror";

/** What belongs to one person lies in a cache of their own, that goes with them.
 * @param {string | null} person null: the device's own */
export function mirrorOf(person) {
  return person ? `${PREFIX}-${person}` : PREFIX;
}

/** @param {string} box @param {string} [key] */
function keyOf(box, key = "") {
  return address(`mirror/${box}/${encodeURIComponent(key)}`);
}

/** Writes of this page, one after the other: a removal must not overtake what it removes. */
let tail = Promise.resolve();

/** @param {() => Promise<unknown>} act */
function inTurn(act) {
  const turn = tail.then(act).then(
    () => {},
    (error) => console.info("The second place could not be written.", error),
  );
  tail = turn;
  return turn;
}

/**
 * @param {string | null} person
 * @param {"facts" | "operations" | "copies" | "listens"} box
 * @param {string} key
 * @param {unknown} value
 */
export function mirror(person, box, key, value) {
  if (!("caches" in globalThis)) return Promise.resolve();
  return inTurn(async () => {
    const cache = await caches.open(mirrorOf(person));
    await cache.put(keyOf(box, key), Response.json({ key, value }));
  });
}

/** @param {string | null} person @param {string} box @param {string} key */
export function unmirror(person, box, key) {
  if (!("caches" in globalThis)) return Promise.resolve();
  return inTurn(async () => {
    await (await caches.open(mirrorOf(person))).delete(keyOf(box, key));
  });
}

/** What is here of a kind, by its key. @param {string | null} person @param {string} box
 * @returns {Promise<Map<string, any>>} */
export async function mirrored(person, box) {
  const found = new Map();
  // Where there is none, none is made: a person who is gone from this device leaves no trace.
  if (!("caches" in globalThis) || !(await caches.has(mirrorOf(person)))) return found;
  const cache = await caches.open(mirrorOf(person));
  for (const request of await cache.keys()) {
    if (!new URL(request.url).pathname.startsWith(keyOf(box))) continue;
    const { key, value } = (await (await cache.match(request))?.json()) ?? {};
    if (key !== undefined) found.set(key, value);
  }
  return found;
}
