// The outbox: changes made on this device, sent in order, each applied exactly once.
//
// A change gets its own id when it is made and is written to IndexedDB before anything is sent. One
// sender at a time, over all tabs and the worker. The server knows an operation by its id and answers
// the first result again, so sending is always safe, also when an answer got lost.

import { call, Refused, SignedOut, Unreachable } from "../api.js";
import { announce, deviceId, myDatabase } from "./database.js";

/** @typedef {import("../playlists/shapes.js").Operation} Operation */
/** @typedef {import("../playlists/shapes.js").QueuedOperation} QueuedOperation */
/** @typedef {import("../playlists/shapes.js").Result} Result */

/**
 * What came of a change.
 * @typedef {object} Merged
 * @property {Operation} operation
 * @property {string} about
 * @property {Result} result
 * @property {number} at milliseconds
 * @property {boolean} told whether a receipt said so, or none is needed
 */

const AT_ONCE = 50; // operations in one call
const RETRIED = new Set([408, 425, 429]); // and everything from 500 on; other answers are final
const MERGED_KEPT = 200;
const FIRST_WAIT = 500; // milliseconds, doubled with each failure
const LONGEST_WAIT = 60_000;

let failures = 0;

/** How long to wait after so many failures, in milliseconds. @param {number} count */
export function backoff(count, random = Math.random()) {
  return Math.min(FIRST_WAIT * 2 ** count, LONGEST_WAIT) * (0.7 + random * 0.6);
}

/**
 * Make a change: written down, to be sent as soon as it can be. Where nothing can be written down (some
 * private windows), it is sent at once, and fails where that fails.
 * @param {Omit<Operation, "id" | "at">} change
 * @param {{about: string, list?: string, track?: import("../playlists/shapes.js").Track}} display
 * @returns {Promise<QueuedOperation>}
 */
export async function enqueue(change, { about, list, track }) {
  const database = await myDatabase().catch(() => undefined);
  if (database === null) throw new SignedOut("Log in first.");
  /** @type {QueuedOperation} */
  const queued = {
    operation: { ...change, id: crypto.randomUUID(), at: new Date().toISOString() },
    state: "waiting",
    about,
    ...(list ? { list } : {}),
    ...(track ? { track } : {}),
  };
  if (!database) {
    const [result] = await send([queued]);
    announce("settled", { queued, result });
    return queued;
  }
  queued.n = /** @type {number} */ (await database.add("operations", queued));
  announce("queued", { queued });
  return queued;
}

/** What waits or failed, oldest first. @returns {Promise<QueuedOperation[]>} */
export async function queue() {
  const database = await myDatabase().catch(() => null);
  return (await database?.getAll("operations")) ?? [];
}

async function waiting() {
  return (await queue()).filter(({ state }) => state === "waiting");
}

/**
 * What waits of a playlist, and what came of what did, both as of one moment. Where there is no
 * IndexedDB there is no outbox.
 * @param {string} playlist
 * @returns {Promise<{queued: QueuedOperation[], merged: Merged[]}>}
 */
export async function contents(playlist) {
  const database = await myDatabase().catch(() => null);
  const tx = database?.transaction(["operations", "merged"]);
  const [queued, merged] = await Promise.all([
    tx?.objectStore("operations").getAll() ?? [],
    tx?.objectStore("merged").getAll() ?? [],
  ]);
  const isOfIt = (/** @type {{operation: Operation}} */ { operation }) =>
    operation.playlist === playlist;
  return {
    queued: queued.filter((one) => isOfIt(one) && one.state === "waiting"),
    merged: merged.filter(isOfIt),
  };
}

/** @param {QueuedOperation} queued */
export async function discard(queued) {
  const database = await myDatabase();
  await database?.delete("operations", /** @type {number} */ (queued.n));
  announce("settled", { queued });
}

/** @param {QueuedOperation} queued */
export async function retry(queued) {
  const database = await myDatabase();
  const again = { ...queued, state: "waiting", problem: undefined };
  // A new id: the old one's answer is kept, and would be given again.
  again.operation = { ...queued.operation, id: crypto.randomUUID() };
  await database?.put("operations", again);
  announce("queued", { queued: again });
}

/**
 * Send what waits, in order, until nothing does. One sender at a time, over all tabs and the worker: who
 * comes second waits, and then usually finds nothing left to do.
 * @returns {Promise<"empty" | "unreachable" | "signed-out">}
 */
export async function drain() {
  const outcome = await navigator.locks.request("jamboree-outbox", sendAll);
  announce(outcome === "empty" ? "drained" : outcome);
  return outcome;
}

/** @returns {Promise<"empty" | "unreachable" | "signed-out">} */
async function sendAll() {
  for (;;) {
    const batch = (await waiting()).slice(0, AT_ONCE);
    if (!batch.length) {
      failures = 0;
      return "empty";
    }
    try {
      const results = await send(batch);
      failures = 0;
      for (const [index, queued] of batch.entries()) await settle(queued, results[index]);
    } catch (error) {
      failures += 1;
      if (error instanceof SignedOut) {
        return "signed-out";
      }
      await holdBack(batch);
      return "unreachable";
    }
  }
}

/** They did not get through: what comes of them later gets a receipt. @param {QueuedOperation[]} batch */
async function holdBack(batch) {
  const database = await myDatabase();
  const tx = database?.transaction("operations", "readwrite");
  for (const { n } of batch) {
    const queued = await tx?.store.get(/** @type {number} */ (n)); // it may have been taken back
    if (queued) tx?.store.put({ ...queued, heldBack: true });
  }
  await tx?.done;
}

/** @param {QueuedOperation[]} batch @returns {Promise<Result[]>} */
async function send(batch) {
  const device = await deviceId().catch(() => "no memory");
  const operations = batch.map(({ operation }) => operation);
  try {
    return (await call("POST", "sync", { device, operations })).results;
  } catch (error) {
    const isFinal = error instanceof Refused && error.status < 500 && !RETRIED.has(error.status);
    if (!isFinal) throw error;
    // The call as a whole was not understood: one of them is at fault, and must not hold up the rest.
    if (batch.length > 1) {
      const results = [];
      for (const queued of batch) results.push(...(await send([queued])));
      return results;
    }
    return batch.map(({ operation }) => ({
      id: operation.id,
      status: "rejected",
      seq: null,
      problem: error.problem ?? { title: error.message, detail: error.message },
      replayed: false,
    }));
  }
}

/** The server's word on a change: it is done, or it stands with its reason; both are noted.
 * @param {QueuedOperation} queued @param {Result} result */
async function settle(queued, result) {
  const database = await myDatabase();
  if (!database) return;
  const n = /** @type {number} */ (queued.n);
  const { operation, about, heldBack } = queued;
  const { status, problem } = result;
  const tx = database.transaction(["operations", "merged"], "readwrite");
  if (status === "rejected" || status === "conflict") {
    tx.objectStore("operations").put({ ...queued, state: "failed", problem });
  } else {
    tx.objectStore("operations").delete(n);
  }
  /** @type {Merged} */
  const merged = {
    operation,
    about,
    result,
    at: Date.now(),
    told: !heldBack,
  };
  tx.objectStore("merged").add(merged);
  await tx.done;
  announce("settled", { queued, result });
}

/**
 * What came of the changes that had to wait, and that nobody was told of yet; each is given once, to the
 * first page that asks.
 * @returns {Promise<Merged[]>}
 */
export async function untold() {
  const database = await myDatabase();
  if (!database) return [];
  const found = [];
  const tx = database.transaction("merged", "readwrite");
  const count = await tx.store.count();
  let index = 0;
  for (let cursor = await tx.store.openCursor(); cursor; cursor = await cursor.continue()) {
    if (!cursor.value.told) {
      found.push(cursor.value);
      await cursor.update({ ...cursor.value, told: true });
    }
    if (count - index > MERGED_KEPT) await cursor.delete();
    index += 1;
  }
  await tx.done;
  return found;
}

/** How long to wait before the next attempt, in milliseconds. */
export function nextWait() {
  return backoff(Math.max(0, failures - 1));
}

export { Unreachable };
