// The outbox: changes made on this device, sent in order, each applied exactly once.
//
// A change gets its own id when it is made and is written to IndexedDB before anything is sent. One
// sender at a time, over all tabs and the worker (sending.js says when). The server knows an operation
// by its id and answers the first result again, so sending is always safe, also when an answer got
// lost. What is sent says whose it is: cookies are the browser's, and another person may have logged
// in with them in another tab a moment ago.

import { call, Refused, SignedOut, Unreachable } from "../api.js";
import { personShown } from "../site.js";
import { say } from "../words.js";
import {
  announce,
  deviceId,
  fact,
  myDatabase,
  person,
  personDatabase,
  setFact,
} from "./database.js";
import { mirror, unmirror } from "./mirror.js";

/** @typedef {import("../playlists/shapes.js").Operation} Operation */
/** @typedef {import("../playlists/shapes.js").QueuedOperation} QueuedOperation */
/** @typedef {import("../playlists/shapes.js").Result} Result */

/**
 * What came of a change.
 * @typedef {object} Merged
 * @property {Operation} operation
 * @property {string} about
 * @property {string} [list] the title of its playlist; older ones lack it
 * @property {Result} result
 * @property {number} at milliseconds
 * @property {boolean} told whether a receipt said so, or none is needed
 */

/**
 * empty: all that could be decided is; unreachable: something must be tried again; signed-out: it waits
 * for a log-in; busy: somebody else is sending.
 * @typedef {"empty" | "unreachable" | "signed-out" | "busy"} Outcome
 */

const AT_ONCE = 50; // operations in one call
const PATIENCE = 20_000; // milliseconds: fifty may take their time
const RETRIED = new Set([408, 425, 429]); // and everything from 500 on; other answers are final
const MERGED_KEPT = 200;
const FIRST_WAIT = 500; // milliseconds, doubled with each failure
const LONGEST_WAIT = 60_000;
const LONGEST_ASKED = 600_000; // what a server may ask for; a longer wait is a clock that was set

let failures = 0;

/** How long to wait after so many failures, in milliseconds. @param {number} count */
export function backoff(count, random = Math.random()) {
  return Math.min(FIRST_WAIT * 2 ** count, LONGEST_WAIT) * (0.7 + random * 0.3);
}

/**
 * Make a change: written down, to be sent as soon as it can be. Where nothing can be written down (some
 * private windows), it is sent at once, and fails where that fails.
 * @param {Omit<Operation, "id" | "at">} change
 * @param {{about: string, list?: string, track?: import("../playlists/shapes.js").Track}} display
 * @returns {Promise<QueuedOperation>}
 */
export async function enqueue(change, { about, list, track }) {
  const me = await person().catch(() => undefined);
  // On a page of somebody else's, who logged in before in this browser, it would become ours.
  const page = globalThis.document ? personShown() : null;
  if (me === null || (me && page && page.id !== me.id)) throw new SignedOut("Log in first.");
  /** @type {QueuedOperation} */
  const queued = {
    operation: { ...change, id: crypto.randomUUID(), at: new Date().toISOString() },
    state: "waiting",
    about,
    // Made without a network, it gets a receipt, however soon that is back.
    heldBack: navigator.onLine === false,
    ...(list ? { list } : {}),
    ...(track ? { track } : {}),
  };
  const database = me && (await personDatabase(me.id).catch(() => undefined));
  if (!database) {
    const [result] = await decided([queued], (me ?? page)?.id);
    announce("settled", { queued, result });
    return queued;
  }
  try {
    queued.n = /** @type {number} */ (await database.add("operations", queued));
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "QuotaExceededError")) throw error;
    return sendUnnoted(queued, me.id);
  }
  mirror(me.id, "operations", queued.operation.id, queued);
  announce("queued", { queued });
  return queued;
}

/**
 * The device is full, and a change can't be written down: it is sent at once, behind what waits, or not
 * made at all.
 * @param {QueuedOperation} queued @param {string} me
 */
async function sendUnnoted(queued, me) {
  try {
    if ((await drain()) !== "empty") throw new Unreachable("Something still waits.");
    const [result] = await decided([queued], me);
    announce("settled", { queued, result });
    return queued;
  } catch (error) {
    if (error instanceof Unreachable) throw new Unreachable(say("not_noted"));
    throw error;
  }
}

/** What waits or failed, oldest first. @returns {Promise<QueuedOperation[]>} */
export async function queue() {
  const database = await myDatabase().catch(() => null);
  return (await database?.getAll("operations")) ?? [];
}

/**
 * What waits of a playlist, and what came of what did, both as of one moment. Of a playlist that could
 * not be made everything waits, for what the person decides. Where there is no IndexedDB there is no
 * outbox.
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
  const own = queued.filter(isOfIt);
  const isUnmade = own.some(({ operation }) => operation.kind === "create");
  return {
    queued: own.filter(({ state }) => isUnmade || state === "waiting"),
    merged: merged.filter(isOfIt),
  };
}

/** @param {QueuedOperation} queued */
export async function discard(queued) {
  const database = await myDatabase();
  const me = await person();
  if (me) await unmirror(me.id, "operations", queued.operation.id);
  await database?.delete("operations", /** @type {number} */ (queued.n));
  announce("settled", { queued });
}

/** Ask again for what was refused: as a change made now, behind what waits.
 * @param {QueuedOperation} queued */
export async function retry(queued) {
  const database = await myDatabase();
  const tx = database?.transaction("operations", "readwrite");
  const failed = await tx?.store.get(/** @type {number} */ (queued.n));
  if (!tx || failed?.state !== "failed") return; // done in another tab
  // A new id: the old one's answer is kept, and would be given again.
  const operation = { ...failed.operation, id: crypto.randomUUID() };
  const { n, problem, ...rest } = failed;
  /** @type {QueuedOperation} */
  const again = { ...rest, operation, state: "waiting", heldBack: false };
  tx.store.delete(n);
  again.n = /** @type {number} */ (await tx.store.add(again));
  await tx.done;
  const me = await person();
  if (me) {
    unmirror(me.id, "operations", failed.operation.id);
    mirror(me.id, "operations", operation.id, again);
  }
  announce("queued", { queued: again });
}

/**
 * Send what waits, in order, until nothing does. One sender at a time, over all tabs and the worker: who
 * comes second waits, and then usually finds nothing left to do.
 * @param {{ifFree?: boolean}} [options] `ifFree`: not where somebody is sending already
 * @returns {Promise<Outcome>}
 */
export async function drain({ ifFree = false } = {}) {
  const options = { ifAvailable: ifFree };
  /** @type {Outcome} */
  const outcome = await navigator.locks.request("jamboree-outbox", options, (lock) =>
    lock ? sendAll() : "busy",
  );
  if (outcome === "empty") announce("drained");
  else if (outcome !== "busy") announce(outcome, { failures, wait: await toldToWait() });
  return outcome;
}

/** Another tab, or the worker, could not get through, or could. @param {number} count */
export function heardOfFailures(count) {
  failures = count && Math.max(failures, count);
}

/** How long to wait before the next attempt, in milliseconds. @param {number} [asked] by the server */
export function nextWait(asked = 0) {
  return Math.max(backoff(Math.max(0, failures - 1)), asked);
}

/** For how long the server still asks to be left alone, in milliseconds. */
async function toldToWait() {
  const wait = ((await fact("sendAfter").catch(() => 0)) ?? 0) - Date.now();
  return wait > 0 && wait <= LONGEST_ASKED ? wait : 0;
}

/** @returns {Promise<Outcome>} */
async function sendAll() {
  for (;;) {
    const me = await person().catch(() => null);
    if (!me) return "empty";
    const outcome = await sendAllOf(me.id);
    // Somebody else may have logged in meanwhile; then that is no news of theirs.
    if ((await person())?.id === me.id) return outcome;
  }
}

/** @param {string} me @returns {Promise<Outcome>} */
async function sendAllOf(me) {
  const database = await personDatabase(me);
  /** Playlists of which a change is to be tried again: what was made later waits for it.
   * @type {Set<string>} */
  const held = new Set();
  for (;;) {
    /** @type {QueuedOperation[]} */
    const all = await database.getAll("operations");
    const waiting = all.filter(({ state }) => state === "waiting");
    const batch = waiting
      .filter(({ operation }) => !held.has(operation.playlist))
      .slice(0, AT_ONCE);
    if (!batch.length && !held.size) failures = 0;
    if (!batch.length && !waiting.length) return "empty";
    try {
      if (batch.length && (await toldToWait())) throw new Unreachable("The server asks to wait.");
      if (batch.length) await send(batch, me, held);
      else throw new Unreachable("Some of it did not get through.");
    } catch (error) {
      if (error instanceof SignedOut) return "signed-out";
      failures += 1;
      await holdBack(waiting, me);
      return "unreachable";
    }
  }
}

/**
 * Send a batch in one call. Where that is refused as a whole one of them is at fault, which must not
 * hold up the rest: each half goes alone, and so on. One that the server fails on, again and again,
 * holds back what was made later in its playlist, and nothing else.
 * @param {QueuedOperation[]} batch @param {string} me @param {Set<string>} held
 * @returns {Promise<void>}
 */
async function send(batch, me, held) {
  const ready = batch.filter(({ operation }) => !held.has(operation.playlist));
  if (!ready.length) return;
  try {
    await settle(ready, await post(ready, me), me);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    await noteWait(error.wait);
    if (!isAboutOne(error)) throw error;
    if (ready.length > 1) {
      const half = Math.ceil(ready.length / 2);
      await send(ready.slice(0, half), me, held);
      await send(ready.slice(half), me, held);
    } else if (isFinal(error)) {
      await settle(ready, [refusal(ready[0], error)], me);
    } else {
      held.add(ready[0].operation.playlist);
    }
  }
}

/** @param {Refused} error */
function isFinal({ status }) {
  return status < 500 && !RETRIED.has(status);
}

/** Whether an answer may be due to one operation: else nobody gets through just now.
 * @param {Refused} error */
function isAboutOne(error) {
  return isFinal(error) || (error.status === 500 && !error.wait);
}

/** @param {number} wait milliseconds */
async function noteWait(wait) {
  if (wait) await setFact("sendAfter", Date.now() + Math.min(wait, LONGEST_ASKED));
}

/** The server's word on some of a batch. @param {QueuedOperation[]} batch @param {string} [me]
 * @returns {Promise<Result[]>} */
async function post(batch, me) {
  const device = await deviceId().catch(() => "no memory");
  const operations = batch.map(({ operation }) => operation);
  const body = { device, operations, ...(me && { person: me }) };
  const answer = await call("POST", "sync", body, { patience: PATIENCE });
  // Who answers for the server, as the network of a hotel does, has no results.
  if (!answer?.results?.length) throw new Unreachable("That was not the server.");
  return answer.results;
}

/** As `post`; what is refused as a whole is refused. @param {QueuedOperation[]} batch
 * @param {string} [me] @returns {Promise<Result[]>} */
async function decided(batch, me) {
  try {
    return await post(batch, me);
  } catch (error) {
    if (!(error instanceof Refused && isFinal(error))) throw error;
    return batch.map((queued) => refusal(queued, error));
  }
}

/** @param {QueuedOperation} queued @param {Refused} error @returns {Result} */
function refusal({ operation: { id } }, { problem, message }) {
  const said = problem ?? { title: message, detail: message };
  return { id, status: "rejected", seq: null, problem: said, replayed: false };
}

/** They did not get through: what comes of them later gets a receipt.
 * @param {QueuedOperation[]} waiting @param {string} me */
async function holdBack(waiting, me) {
  const tx = (await personDatabase(me)).transaction("operations", "readwrite");
  for (const { n, heldBack } of waiting) {
    if (heldBack) continue;
    const queued = await tx.store.get(/** @type {number} */ (n)); // it may have been taken back
    if (queued) tx.store.put({ ...queued, heldBack: true });
  }
  await tx.done;
}

/**
 * The server's word on each: it is done, or it stands with its reason. All are noted at once, so that
 * who closes the tab in between finds all of them as they were, and asks again.
 * @param {QueuedOperation[]} batch @param {Result[]} results @param {string} me
 */
async function settle(batch, results, me) {
  const byId = new Map(results.map((result) => [result.id, result]));
  const tx = (await personDatabase(me)).transaction(["operations", "merged"], "readwrite");
  const operations = tx.objectStore("operations");
  const news = [];
  for (const { n, operation, about, list } of batch) {
    const result = byId.get(operation.id);
    if (!result) continue; // it goes again
    const { status, problem } = result;
    /** @type {QueuedOperation | undefined} */
    const queued = await operations.get(/** @type {number} */ (n)); // none: it was taken back
    const isDone = status !== "rejected" && status !== "conflict";
    if (queued && isDone) operations.delete(/** @type {number} */ (n));
    if (queued && !isDone) operations.put({ ...queued, state: "failed", problem, seq: result.seq });
    /** @type {Merged} */
    const merged = { operation, about, list, result, at: Date.now(), told: !queued?.heldBack };
    tx.objectStore("merged").add(merged);
    news.push({ queued: queued ?? { n, operation, about, state: "waiting" }, result });
  }
  await tx.done;
  if (!news.length) throw new Unreachable("The answer was to another question.");
  failures = 0;
  for (const { queued, result } of news) {
    const { status, problem } = result;
    const stays = queued.n && (status === "rejected" || status === "conflict");
    if (stays) mirror(me, "operations", result.id, { ...queued, state: "failed", problem });
    else unmirror(me, "operations", result.id);
  }
  for (const one of news) announce("settled", one);
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

export { Unreachable };
