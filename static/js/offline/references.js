// Who needs which bytes. Nothing is counted in advance: what refers to a file is asked each time, in the
// databases that say so, so that a count can't drift from what it counts.

import { COVER_CACHE, forget, kept } from "./chunks.js";
import { deviceDatabase, fact, myDatabase, person, personDatabase } from "./database.js";

/** How many copies on this device, of anybody, hold a file or a cover; people's playlists that the server
 * does not have yet count as one.
 * @param {"hashes" | "covers"} index @param {string} key */
export async function countUses(index, key) {
  /** @type {string[]} */
  const people = (await fact("people")) ?? [];
  const counts = people.map(async (id) => {
    const database = await personDatabase(id);
    const drafts = index === "hashes" && (await isDrafted(database, key)) ? 1 : 0;
    return (await database.countFromIndex("copies", index, key)) + drafts;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/** Whether who is here took a file or a cover along, or played the file through; what others did on this
 * device is not theirs. @param {"hashes" | "covers"} index @param {string} key */
export async function isMine(index, key) {
  const database = await myDatabase();
  if (await database?.countFromIndex("copies", index, key)) return true;
  if (database && index === "hashes" && (await isDrafted(database, key))) return true;
  const me = index === "hashes" && (await person());
  return Boolean(me && (await kept(key))?.people?.includes(me.id));
}

/** The originals that play in playlists which were made here and which the server does not have yet.
 * Only their operations know of them (drafts.js).
 * @param {import("./database.js").Database | null | undefined} database a person's
 * @returns {Promise<Set<string>>} */
export async function drafted(database) {
  if (!(await database?.count("operations"))) return new Set();
  /** @type {import("../playlists/shapes.js").QueuedOperation[]} */
  const all = (await database?.getAll("operations")) ?? [];
  const made = all.filter(({ operation }) => operation.kind === "create");
  const lists = new Set(made.map(({ operation }) => operation.playlist));
  const added = all.filter(({ operation }) => lists.has(operation.playlist));
  return new Set(added.flatMap(({ track }) => track?.audio?.sha256 ?? []));
}

/** @param {import("./database.js").Database} database @param {string} sha256 of a file */
async function isDrafted(database, sha256) {
  const originals = await drafted(database);
  if (!originals.size || originals.has(sha256)) return originals.has(sha256);
  return originals.has((await kept(sha256))?.of ?? "");
}

/** The files and covers that copies on this device hold, whoever's, and the files that lists need which
 * only this device has.
 * @param {"hashes" | "covers"} index @returns {Promise<Set<string>>} */
export async function held(index) {
  /** @type {Set<string>} */
  const keys = new Set();
  /** @type {string[]} */
  const people = (await fact("people")) ?? [];
  /** @type {Set<string>} */
  const originals = new Set();
  for (const id of people) {
    const database = await personDatabase(id);
    if (index === "hashes") for (const sha256 of await drafted(database)) originals.add(sha256);
    const copies = database.transaction("copies").store.index(index);
    // Not "nextunique": over nothing it fails in Safari (https://bugs.webkit.org/show_bug.cgi?id=319640).
    for (let at = await copies.openKeyCursor(); at; at = await at.continue()) {
      keys.add(String(at.key));
    }
  }
  if (!originals.size) return keys;
  /** @type {import("./database.js").KeptAudio[]} */
  const files = await (await deviceDatabase()).getAll("audio");
  for (const { sha256, of } of files) if (originals.has(of ?? sha256)) keys.add(sha256);
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
