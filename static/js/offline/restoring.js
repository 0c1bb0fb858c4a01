// Putting back what a database lost and the second place still has (mirror.js): changes that were not sent,
// facts about the device, and which playlists were taken along. Their contents come from the server; their
// audio is still on the device, and is taken as it is where its bytes are right.

import { call, Refused } from "../api.js";
import { adopt, chunksHere } from "./chunks.js";
import { announce, deviceDatabase, fact, person, personDatabase, setFact } from "./database.js";
import { follow, NoRoom } from "./following.js";
import { mirror, mirrored, unmirror } from "./mirror.js";

/** @typedef {import("../playlists/shapes.js").QueuedOperation} QueuedOperation */

const SURE_FOR = 80 * 86_400_000; // milliseconds; the server knows what it applied for 90 days

/**
 * @typedef {object} Restored
 * @property {number} changes that are in the queue again
 * @property {string[]} lists that are to be taken along again
 */

/** What only this device knows. @returns {Promise<Restored>} */
export async function restore() {
  await restoreFacts();
  const me = await person();
  if (!me) return { changes: 0, lists: [] };
  const changes = await navigator.locks.request("jamboree-outbox", () => restoreChanges(me.id));
  if (changes) announce("queued", {});
  const lists = [...(await lostCopies(me.id)).keys()];
  await mirrorAll(me.id);
  return { changes, lists };
}

async function restoreFacts() {
  const database = await deviceDatabase();
  for (const [name, value] of await mirrored(null, "facts")) {
    if ((await database.get("facts", name)) === undefined) await database.put("facts", value, name);
  }
  const me = await person();
  const links = me ? await mirrored(me.id, "facts") : [];
  for (const [name, value] of links) {
    if ((await database.get("facts", name)) === undefined) await database.put("facts", value, name);
  }
  await restorePeople();
}

/** Who has things here: or their copies would not count, and what they need would be thrown away. */
async function restorePeople() {
  /** @type {string[]} */
  const known = (await fact("people")) ?? [];
  const names = (await caches.keys()).filter((name) => name.startsWith("jamboree-mirror-"));
  const found = names.map((name) => name.slice("jamboree-mirror-".length));
  const all = new Set([...known, ...found]);
  if (all.size > known.length) await setFact("people", [...all]);
}

/**
 * In their order, and under their numbers where nothing else has taken those.
 * @param {string} me @returns {Promise<number>} how many
 */
async function restoreChanges(me) {
  const tx = (await personDatabase(me)).transaction("operations");
  /** @type {QueuedOperation[]} */
  const rows = await tx.store.getAll();
  const here = new Set(rows.map(({ operation }) => operation.id));
  const noted = [...(await mirrored(me, "operations")).values()];
  const lost = noted.filter(({ operation }) => !here.has(operation.id)).map(asItCanBeSent);
  if (!lost.length) return 0;
  lost.sort((a, b) => (a.n ?? 0) - (b.n ?? 0));
  const writing = (await personDatabase(me)).transaction("operations", "readwrite");
  const taken = new Set(await writing.store.getAllKeys());
  if (lost.some(({ n }) => taken.has(n))) {
    // They were made before all that the new database has: that goes behind them.
    /** @type {QueuedOperation[]} */
    const later = await writing.store.getAll();
    await writing.store.clear();
    for (const { n, ...one } of [...lost, ...later]) await writing.store.add(one);
  } else {
    for (const one of lost) await writing.store.put(one);
  }
  await writing.done;
  return lost.length;
}

/** What is so old that the server may have forgotten that it applied it is asked about, not sent.
 * @param {QueuedOperation} queued @returns {QueuedOperation} */
function asItCanBeSent(queued) {
  const isOld = Date.now() - Date.parse(queued.operation.at) > SURE_FOR;
  if (queued.state === "failed" || !isOld) return queued;
  const detail = "It was found again after months. Look whether it was made before you try again.";
  return { ...queued, state: "failed", problem: { title: "Found again", detail } };
}

/** @param {string} me @returns {Promise<Map<string, {quality: import("./database.js").Quality}>>} */
async function lostCopies(me) {
  const here = new Set(await (await personDatabase(me)).getAllKeys("copies"));
  const noted = await mirrored(me, "copies");
  for (const id of here) noted.delete(String(id));
  return noted;
}

/** Write to the second place what is not there: it was away, or an older version of the app was here.
 * @param {string} me */
async function mirrorAll(me) {
  const database = await personDatabase(me);
  const [changes, copies] = [await mirrored(me, "operations"), await mirrored(me, "copies")];
  /** @type {QueuedOperation[]} */
  const rows = await database.getAll("operations");
  for (const one of rows) {
    if (changes.get(one.operation.id)?.n === one.n) continue;
    mirror(me, "operations", one.operation.id, one);
  }
  /** @type {import("./database.js").Copy[]} */
  const along = await database.getAll("copies");
  for (const { id, quality, gone } of along) {
    if (!gone && copies.get(id)?.quality !== quality) mirror(me, "copies", id, { quality });
  }
  if (!(await mirrored(null, "facts")).has("device")) {
    const device = await fact("device");
    if (device) mirror(null, "facts", "device", device);
  }
}

/**
 * Take along again what was taken along before the database was lost: the audio that is here is noted, and
 * not fetched. Answers whether nothing is left to restore.
 * @throws {import("../api.js").Unreachable | import("../api.js").SignedOut} try again later
 */
export async function restoreCopies() {
  const me = await person();
  if (!me) return true;
  const lost = await lostCopies(me.id);
  if (!lost.size) return true;
  const here = await chunksHere();
  for (const [id, { quality }] of lost) {
    try {
      const manifest = await call("GET", `playlists/${id}/offline?quality=${quality}`);
      await adoptAll(manifest.audio, here);
      await follow(id, { takes: true, quality });
    } catch (error) {
      if (error instanceof Refused && error.status < 500) await unmirror(me.id, "copies", id);
      else if (!(error instanceof NoRoom)) throw error;
    }
  }
  return (await lostCopies(me.id)).size === 0;
}

/** @param {import("./database.js").AudioEntry[]} audio @param {Map<string, Set<number>>} here */
async function adoptAll(audio, here) {
  for (const entry of audio) {
    for (const index of here.get(entry.sha256) ?? []) {
      if (index < entry.chunks.length) await adopt(entry, index);
    }
  }
}
