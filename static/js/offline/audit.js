// The audit: what the index says is on this device against what is there. Browsers throw things away, disks
// go wrong, and tabs are closed between two writes; what does not agree is put right, and what is missing
// is fetched again (losses.js).

import { adopt, chunk, chunksHere, countOf, drop, hashOf, isHere, kept, lose } from "./chunks.js";
import { copy } from "./copies.js";
import { announce, deviceDatabase, myDatabase } from "./database.js";
import { download } from "./downloading.js";
import { idle } from "./idle.js";
import { held } from "./references.js";

/** @typedef {import("./database.js").Copy} Copy */
/** @typedef {import("./database.js").KeptAudio} KeptAudio */

const AT_ONCE = 50; // chunks that are removed before others get their turn
const SETTLES = 2000; // milliseconds: a chunk is put, and noted, well within this

/**
 * Compare the index with the chunks, one tab at a time.
 * @param {{sweeps?: boolean}} [options] sweeps: chunks that nobody knows of are removed; not while copies
 *   are still to be restored, which may need them
 * @returns {Promise<{lost: number, swept: number} | null>} files that are not whole any more, and chunks
 *   that were removed; null where another tab is at it
 */
export async function audit({ sweeps = true } = {}) {
  return navigator.locks.request("jamboree-audit", { ifAvailable: true }, async (lock) => {
    if (!lock) return null;
    // In this order: what a row notes was put before, so that it must be among what is seen after.
    /** @type {KeptAudio[]} */
    const files = await (await deviceDatabase()).getAll("audio");
    const here = await chunksHere();
    const lost = await correct(files, here);
    await noteChecked();
    return { lost, swept: sweeps ? await sweep(files, here) : 0 };
  });
}

/** Rows that say more than what is here. @param {KeptAudio[]} files
 * @param {Map<string, Set<number>>} here */
async function correct(files, here) {
  const needed = await held("hashes");
  let lost = 0;
  for (const file of files) {
    const { sha256, have, complete } = file;
    const suspects = have.filter((index) => !here.get(sha256)?.has(index));
    const looked = await Promise.all(suspects.map((index) => isHere(sha256, index)));
    const gone = suspects.filter((_, at) => !looked[at]);
    if (gone.length || (complete && have.length < countOf(file))) {
      await lose(sha256, gone);
      lost += 1;
    }
    if (gone.length === have.length && !needed.has(sha256)) await removeEmpty(sha256);
  }
  return lost;
}

/** A row without bytes, that no copy needs. @param {string} sha256 */
async function removeEmpty(sha256) {
  const tx = (await deviceDatabase()).transaction("audio", "readwrite");
  const now = await tx.store.get(sha256);
  if (now && !now.have.length) tx.store.delete(sha256);
  await tx.done;
}

/**
 * Remove chunks that no row knows of. A download that runs at the same time puts a chunk and then notes it:
 * so nothing is removed while one does, and only what is unknown at a second look as well. What a copy is
 * going to fetch stays: it is taken as it is (`adopt`).
 * @param {KeptAudio[]} files @param {Map<string, Set<number>>} here
 */
async function sweep(files, here) {
  const known = new Map(files.map(({ sha256, have }) => [sha256, new Set(have)]));
  const unknown = [...here].flatMap(([sha256, indexes]) =>
    [...indexes]
      .filter((index) => !known.get(sha256)?.has(index))
      .map((index) => ({ sha256, index })),
  );
  if (!unknown.length) return 0;
  await new Promise((done) => setTimeout(done, SETTLES));
  return navigator.locks.request("jamboree-download", { ifAvailable: true }, async (lock) => {
    if (!lock) return 0;
    const needed = await held("hashes");
    let removed = 0;
    for (const { sha256, index } of unknown) {
      const now = await kept(sha256);
      if (now?.have.includes(index) || (needed.has(sha256) && !now?.complete)) continue;
      await drop(sha256, index);
      removed += 1;
      if (removed % AT_ONCE === 0) await idle();
    }
    return removed;
  });
}

/** All copies of who is here were looked at. */
async function noteChecked() {
  const tx = (await myDatabase())?.transaction("copies", "readwrite");
  for (let at = await tx?.store.openCursor(); at; at = await at.continue()) {
    await at.update({ ...at.value, auditedAt: Date.now() });
  }
  await tx?.done;
  if (tx) announce("copies");
}

// --- the bytes themselves --------------------------------------------------------------------------

/**
 * Compare chunks with their hashes: those that were not compared for longest.
 * @param {number} count how many, about: a file is compared whole
 * @returns {Promise<number>} how many were compared
 */
export async function sample(count) {
  /** @type {KeptAudio[]} */
  const files = await (await deviceDatabase()).getAll("audio");
  const whole = files.filter(({ complete, chunks }) => complete && chunks);
  whole.sort((a, b) => (a.checkedAt ?? 0) - (b.checkedAt ?? 0));
  let compared = 0;
  for (const file of whole) {
    if (compared >= count) break;
    await idle();
    await verify(file);
    compared += countOf(file);
  }
  return compared;
}

/**
 * Something of a file did not play: its bytes are compared, by one tab, and what is wrong is fetched again.
 * @param {string} sha256
 */
export async function suspect(sha256) {
  await navigator.locks.request(
    `jamboree-suspect-${sha256}`,
    { ifAvailable: true },
    async (lock) => {
      const file = lock && (await kept(sha256));
      if (file) await verify(file);
    },
  );
}

/**
 * Compare a file with its hashes. What is wrong or gone is noted so.
 * @param {KeptAudio} file
 * @param {string[]} [hashes] of its chunks, where its row does not say them
 * @returns {Promise<boolean>} whether all that should be here is, and is right
 */
async function verify(file, hashes = file.chunks) {
  if (!hashes) return file.complete;
  /** @type {{gone: number[], wrong: number[]}} */
  const bad = { gone: [], wrong: [] };
  for (const index of file.have) {
    const bytes = await chunk(file.sha256, index);
    if (!bytes) bad.gone.push(index);
    else if ((await hashOf(bytes)) !== hashes[index]) bad.wrong.push(index);
  }
  if (bad.gone.length) await lose(file.sha256, bad.gone, "gone");
  if (bad.wrong.length) await lose(file.sha256, bad.wrong, "wrong");
  if (bad.gone.length || bad.wrong.length) return false;
  const tx = (await deviceDatabase()).transaction("audio", "readwrite");
  const now = await tx.store.get(file.sha256);
  if (now) tx.store.put({ ...now, chunks: hashes, checkedAt: Date.now() });
  await tx.done;
  return file.complete;
}

/**
 * Compare all of a copy with its hashes. What is here and nobody noted is noted.
 * @param {string} id the playlist's
 * @param {(done: number, of: number) => void} [progress] files
 * @returns {Promise<Safety | null>} null where there is no such copy
 */
export async function check(id, progress = () => {}) {
  const one = await (await myDatabase())?.get("copies", id);
  if (!one) return null;
  for (const [at, entry] of one.audio.entries()) {
    progress(at, one.audio.length);
    announce("checking", { id, done: at, of: one.audio.length });
    const file = await kept(entry.sha256);
    if (file) await verify(file, entry.chunks);
    const have = new Set((await kept(entry.sha256))?.have);
    for (const index of entry.chunks.keys()) if (!have.has(index)) await adopt(entry, index);
  }
  progress(one.audio.length, one.audio.length);
  const database = await myDatabase();
  const tx = database?.transaction("copies", "readwrite");
  const now = await tx?.store.get(id);
  const audited = now && { ...now, auditedAt: Date.now() };
  if (audited) tx?.store.put(audited);
  await tx?.done;
  announce("checking", { id, done: one.audio.length, of: one.audio.length });
  announce("copies", { id });
  return audited ? safety(audited) : null;
}

// --- how safe a copy is ----------------------------------------------------------------------------

/**
 * @typedef {object} Safety
 * @property {number} tracks that have audio
 * @property {number} safe of them: all bytes are here
 * @property {number} missing of them
 * @property {number} checkedAt milliseconds: when the index was last compared with what is here
 */

/** A copy is not whole, and is to be gone on with. @param {string} id */
async function toBeFetched(id) {
  const tx = (await myDatabase())?.transaction("copies", "readwrite");
  const now = await tx?.store.get(id);
  if (now?.state === "whole") tx?.store.put({ ...now, state: "fetching", problem: undefined });
  await tx?.done;
  announce("copies", { id });
}

/**
 * Fetch again what is missing of a copy, or wrong.
 * @param {string} id
 * @param {(done: number, of: number) => void} [progress] of looking, in files; fetching is told as always
 * @returns {Promise<Safety | null>}
 * @throws what `download` throws
 */
export async function repair(id, progress) {
  const found = await check(id, progress);
  if (!found?.missing) return found;
  await toBeFetched(id);
  await download(id);
  const now = await copy(id);
  return now ? safety(now) : null;
}

/** How much of a copy can be played without network, by what the index says.
 * @param {Copy} one
 * @returns {Promise<Safety>} */
export async function safety(one) {
  const { store } = (await deviceDatabase()).transaction("audio");
  const entries = [...one.audio, ...(one.old?.audio ?? [])];
  const files = await Promise.all(entries.map(({ sha256 }) => store.get(sha256)));
  const whole = new Set(
    entries.filter((_, at) => files[at]?.complete).map(({ of, sha256 }) => of ?? sha256),
  );
  const audio = one.items.flatMap(({ track }) => track.audio ?? []);
  const safe = audio.filter(({ sha256 }) => whole.has(sha256)).length;
  const { length: tracks } = audio;
  return {
    tracks,
    safe,
    missing: tracks - safe,
    checkedAt: one.auditedAt ?? one.checkedAt,
  };
}
