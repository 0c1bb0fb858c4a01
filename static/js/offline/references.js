// Who needs which bytes. Nothing is counted in advance: what refers to a file is asked each time, in the
// databases that say so, so that a count can't drift from what it counts.

import { COVER_CACHE, forget } from "./chunks.js";
import { fact, myDatabase, personDatabase } from "./database.js";

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

/** Whether who is here took a file or a cover along; others' copies on this device are not theirs.
 * @param {"hashes" | "covers"} index @param {string} key */
export async function isMine(index, key) {
  const database = await myDatabase();
  return Boolean(await database?.countFromIndex("copies", index, key));
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
