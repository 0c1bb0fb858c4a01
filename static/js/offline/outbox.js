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

const AT_ONCE = 50; // operations in one call
const RETRIED = new Set([408, 425, 429]); // and everything from 500 on; other answers are final
const FIRST_WAIT = 500; // milliseconds, doubled with each failure
const LONGEST_WAIT = 60_000;

let failures = 0;

/** How long to wait after so many failures, in milliseconds. @param {number} count */
export function backoff(count, random = Math.random()) {
  return Math.min(FIRST_WAIT * 2 ** count, LONGEST_WAIT) * (0.7 + random * 0.6);
}

/**
 * Make a change: written down, then sent as soon as it can be.
 * @param {Omit<Operation, "id" | "at">} change
 * @param {{about: string, track?: import("../playlists/shapes.js").Track}} display
 * @returns {Promise<QueuedOperation>}
 */
export async function enqueue(change, { about, track }) {
  const database = await myDatabase();
  if (!database) throw new SignedOut("Log in first.");
  /** @type {QueuedOperation} */
  const queued = {
    operation: { ...change, id: crypto.randomUUID(), at: new Date().toISOString() },
    state: "waiting",
    about,
    ...(track ? { track } : {}),
  };
  queued.n = /** @type {number} */ (await database.add("operations", queued));
  announce("queued", { queued });
  return queued;
}

/** What waits or failed, oldest first. @returns {Promise<QueuedOperation[]>} */
export async function queue() {
  return (await (await myDatabase())?.getAll("operations")) ?? [];
}

/** @param {string} [playlist] only those of one playlist */
export async function waiting(playlist) {
  const all = await queue();
  return all.filter(
    ({ state, operation }) => state === "waiting" && (!playlist || operation.playlist === playlist),
  );
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
 * Send what waits, in order, until nothing does. Only one sender at a time; who comes while another is
 * at it has nothing to do.
 * @returns {Promise<"empty" | "busy" | "unreachable" | "signed out">}
 */
export async function drain() {
  const outcome = await navigator.locks.request(
    "jamboree-outbox",
    { ifAvailable: true },
    async (lock) => (lock ? sendAll() : "busy"),
  );
  return outcome;
}

/** @returns {Promise<"empty" | "unreachable" | "signed out">} */
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
        announce("signed-out");
        return "signed out";
      }
      return "unreachable";
    }
  }
}

/** @param {QueuedOperation[]} batch @returns {Promise<Result[]>} */
async function send(batch) {
  const device = await deviceId();
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

/** @param {QueuedOperation} queued @param {Result} result */
async function settle(queued, result) {
  const database = await myDatabase();
  const n = /** @type {number} */ (queued.n);
  if (result.status === "rejected" || result.status === "conflict") {
    await database?.put("operations", { ...queued, state: "failed", problem: result.problem });
  } else {
    await database?.delete("operations", n);
  }
  announce("settled", { queued, result });
}

/** How long to wait before the next attempt, in milliseconds. */
export function nextWait() {
  return backoff(Math.max(0, failures - 1));
}

export { Unreachable };
