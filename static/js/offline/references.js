// Who needs which bytes. Nothing is counted in advance: what refers to a file is asked each time, in the
// databases that say so, so that a count can't drift from what it counts.

import { COVER_CACHE, forget, kept } from "./chunks.js";
import { deviceDatabase, fact, myDatabase, person, personDatabase } from "./database.js";

/** How many copies on this device, of anybody, hold a file or a cover.
 * @param {"hashes" | "covers"} index @param {string} key */
export async function countUses(index, key) {
  /** @type {string[]} */
  const people = (await fact("people")) ?? [];
  const counts = people.map(async (id) =>
    (await personDatabase(id)).countFromIndex("copies", index, key),
  );
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/** Whether who is here took a file or a cover along, or played the file through; what others did on this
 * device is not theirs. @param {"hashes" | "covers"} index @param {string} key */
export async function isMine(index, key) {
  const database = await myDatabase();
  if (await database?.countFromIndex("copies", index, key)) return true;
  const me = index === "hashes" && (await person());
  return Boolean(me && (await kept(key))?.people?.includes(me.id));
}

/** The files and covers that copies on this device hold, whoever's.
 * @param {"hashes" | "covers"} index @returns {Promise<Set<string>>} */
export async function held(index) {
  /** @type {Set<string>} */
  const keys = new Set();
  /** @type {string[]} */
  const people = (await fact("people")) ?? [];
  for (const id of people) {
    const copies = (await personDatabase(id)).transaction("copies").store.index(index);
    // Not "nextunique": over nothing it fails in Safari (https://bugs.webkit.org/show_bug.cgi?id=319640).
    for (let at = await copies.openKeyCursor(); at; at = await at.continue()) {
      keys.add(String(at.key));
    }
  }
  return keys;
}

/** What is here of files that no copy of anybody holds: partial, or kept because it was played.
 * @returns {Promise<import("./database.js").KeptAudio[]>} */
export async function orphans() {
  const needed = await held("hashes");
  const files = await (await deviceDatabase()).getAll("audio");
  return files.filter(({ sha256 }) => !needed.has(sha256));
}

/** Forget what a copy held and no copy of anybody on this device holds now.
 * @param {import("./database.js").Copy | undefined} before */
export async function release(before) {
  if (!before) return;
  for (const sha256 of before.hashes) {
    if (!(await countUses("hashes", sha256))) await forget(sha256);
  }
  const cache = await caches.open(COVER_CACHE);
  for (const url of before.covers) {
    if (!(await countUses("covers", url))) await cache.delete(url);
  }
}
