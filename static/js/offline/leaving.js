// Leaving: logging out, and what of a person stays on this device.
//
// What is theirs is hidden at once, by one fact that says that nobody is here. The session lives in a
// cookie that no script can take away: without network it is ended as soon as the server answers, and
// nothing is shown before (worker/doors.js). Who has their things removed is noted as well, so that a
// tab that closes in the middle only delays it.

import { deleteDB } from "../../vendor/idb.js";
import { call, FOR, reachable, SignedOut } from "../api.js";
import { COVER_CACHE, forget } from "./chunks.js";
import {
  announce,
  databasesOf,
  deviceDatabase,
  fact,
  listensDatabase,
  person,
  personDatabase,
  setFact,
} from "./database.js";
import { mirrorOf } from "./mirror.js";
import { closed } from "./opening.js";
import { forgetRemembered, remembered } from "./places.js";
import { countUses, held } from "./references.js";
import { bytesOf } from "./room.js";

/** @typedef {import("./database.js").KeptAudio} KeptAudio */

const PATIENCE = 2000; // milliseconds that a page waits for a server that may not be there
const UNTIL_FREE = 5000; // milliseconds, for a download to stop and other tabs to let go

let leavesHere = false;

/** Whether it is on this page that somebody logs out: it goes on by itself, where others are told. */
export function isLeaving() {
  return leavesHere;
}

/**
 * What of a person is here.
 * @param {string} id theirs
 * @returns {Promise<{copies: number, bytes: number, freed: number, unsent: number, listens: number}>}
 *   `freed` is what nobody else on this device needs; `unsent` has what failed as well
 */
export async function belongings(id) {
  const database = await personDatabase(id);
  const copies = await database.getAll("copies");
  const mine = new Set(copies.flatMap(({ hashes }) => hashes));
  let [bytes, freed] = [0, 0];
  for (const file of await (await deviceDatabase()).getAll("audio")) {
    const isMine = mine.has(file.sha256);
    if (!isMine && !file.people?.includes(id)) continue;
    const size = bytesOf(file);
    bytes += size;
    const uses = await countUses("hashes", file.sha256);
    if (uses === (isMine ? countOf(copies, file) : 0) && !others(file, id).length) freed += size;
  }
  const unsent = await database.count("operations");
  const listens = await (await listensDatabase(id)).count("listens");
  return { copies: copies.length, bytes, freed, unsent, listens };
}

/** @param {import("./database.js").Copy[]} copies @param {KeptAudio} file */
function countOf(copies, file) {
  return copies.filter(({ hashes }) => hashes.includes(file.sha256)).length;
}

/** Who else played a file through here. @param {KeptAudio} file @param {string} id */
function others(file, id) {
  return (file.people ?? []).filter((one) => one !== id);
}

/**
 * Log out. What is theirs is hidden when this answers, whatever the network does, and gone if they want
 * that and nothing is in the way.
 * @param {string} id theirs
 * @param {{removes: boolean}} choice
 * @returns {Promise<{isToldToServer: boolean, isGone: boolean}>}
 */
export async function logOut(id, { removes }) {
  leavesHere = true;
  const tx = (await deviceDatabase()).transaction("facts", "readwrite");
  tx.store.put({ person: id }, "logOut");
  tx.store.put(null, "person");
  if (removes) {
    const leavers = new Set((await tx.store.get("removing")) ?? []);
    tx.store.put([...leavers.add(id)], "removing");
  }
  await tx.done;
  forgetPlaces();
  announce("left", { person: id });
  const isGone = removes ? await finishRemoving() : false;
  return { isToldToServer: await settleLogOut(), isGone };
}

/** What this tab remembers of where somebody was. */
export function forgetPlaces() {
  sessionStorage.clear();
}

/**
 * End the session of a log-out that the server does not know of yet. Answers whether there is none left
 * to end: until then nothing may be shown that the server would give for its cookie.
 * @returns {Promise<boolean>}
 */
export async function settleLogOut() {
  if (!(await fact("logOut"))) return true;
  // Tabs and the worker find out at the same moment.
  return navigator.locks.request("jamboree-log-out", tellServer);
}

async function tellServer() {
  const due = await fact("logOut");
  if (!due) return true;
  if (!(await reachable(PATIENCE))) return false;
  try {
    await call("POST", "users/logout", {}, { headers: { [FOR]: due.person } });
  } catch (error) {
    // "Not logged in", or "as somebody else by now": then that session is over in this browser.
    if (!(error instanceof SignedOut)) return false;
  }
  await setFact("logOut", null);
  return true;
}

/** Remove what is left of those who wanted that; answers whether all of it is gone. What is in the way
 * (a download that does not stop, a tab of an older version) is tried again at the next start. */
export async function finishRemoving() {
  if (!(await fact("removing"))?.length) return true;
  return navigator.locks.request("jamboree-removing", removeAll);
}

async function removeAll() {
  /** @type {string[]} */
  const leavers = (await fact("removing")) ?? [];
  for (const id of leavers) {
    if ((await person())?.id === id)
      await forgetRemoving(id); // back, before it was done
    else if (await isRemoved(id)) await forgetRemoving(id);
    else return false;
  }
  return true;
}

/** @param {string} id */
async function forgetRemoving(id) {
  const tx = (await deviceDatabase()).transaction("facts", "readwrite");
  /** @type {string[]} */
  const leavers = (await tx.store.get("removing")) ?? [];
  tx.store.put(
    leavers.filter((one) => one !== id),
    "removing",
  );
  await tx.done;
}

/** @param {string} id */
async function isRemoved(id) {
  forgetRemembered(id);
  await forgetFacts(id);
  // The second place first: what is here and not in a database was lost there, and would be put back.
  if ("caches" in globalThis) await caches.delete(mirrorOf(id));
  for (const name of await databasesOf(id)) {
    if (!(await isDeleted(name))) return false;
  }
  const signal = AbortSignal.timeout(UNTIL_FREE);
  try {
    // A download that was under way might put back what is taken away here.
    await navigator.locks.request("jamboree-download", { signal }, () => sweep(id));
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
  return !(await leftovers(id)).length;
}

/** Their facts, and their name in the list of people here: from now on nobody counts their copies.
 * @param {string} id */
async function forgetFacts(id) {
  const tx = (await deviceDatabase()).transaction("facts", "readwrite");
  /** @type {string[]} */
  const people = (await tx.store.get("people")) ?? [];
  tx.store.put(
    people.filter((one) => one !== id),
    "people",
  );
  for (const key of await tx.store.getAllKeys()) {
    if (String(key).includes(id)) tx.store.delete(key);
  }
  if ((await tx.store.get("reported"))?.person === id) tx.store.delete("reported");
  await tx.done;
}

/** Delete a database. Other tabs let go of it when they hear of that; one of an older version may not.
 * @param {string} name */
async function isDeleted(name) {
  await closed(name);
  /** @type {Promise<false>} */
  const late = new Promise((done) => setTimeout(() => done(false), UNTIL_FREE));
  return Promise.race([deleteDB(name).then(() => true), late]);
}

/** Audio and covers that nobody on this device needs now. @param {string} id whose they may have been */
async function sweep(id) {
  const database = await deviceDatabase();
  const needed = await held("hashes");
  for (const file of await database.getAll("audio")) {
    const rest = others(file, id);
    if (!needed.has(file.sha256) && !rest.length) await forget(file.sha256);
    else if (rest.length !== (file.people ?? []).length) {
      await database.put("audio", { ...file, people: rest });
    }
  }
  const shown = await held("covers");
  const cache = await caches.open(COVER_CACHE);
  for (const request of await cache.keys()) {
    if (!shown.has(new URL(request.url).pathname)) await cache.delete(request);
  }
  const log = database.transaction("log", "readwrite");
  for (let cursor = await log.store.openCursor(); cursor; cursor = await cursor.continue()) {
    if (cursor.value.people?.includes(id)) await cursor.delete();
  }
  await log.done;
}

/** What can still be found of somebody who was removed: names of it, none if all is gone.
 * @param {string} id @returns {Promise<string[]>} */
export async function leftovers(id) {
  const database = await deviceDatabase();
  const facts = (await database.getAllKeys("facts")).map(String).filter((key) => key.includes(id));
  /** @type {KeptAudio[]} */
  const files = await database.getAll("audio");
  const played = files.filter(({ people }) => people?.includes(id)).map(({ sha256 }) => sha256);
  const there = (await indexedDB.databases?.()) ?? [];
  const databases = there.map(({ name }) => name ?? "").filter((name) => name.includes(id));
  return [...facts, ...played, ...databases, ...remembered(id)];
}
