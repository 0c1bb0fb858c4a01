// Playlists that were made on this device and that the server does not have yet. Such a list is nothing
// but its operations: the one that makes it, and what was done in it since. So there is nothing beside
// the outbox that could differ from it, and nothing that a copy's following could throw away.

import { Refused } from "../api.js";
import { copy } from "./copies.js";
import { announce, myDatabase } from "./database.js";
import { follow, NoRoom } from "./following.js";
import { isDraft } from "./has-page.js";
import { enqueue, queue } from "./outbox.js";

/** @typedef {import("../playlists/shapes.js").QueuedOperation} QueuedOperation */
/** @typedef {import("./outbox.js").Merged} Merged */

/**
 * @typedef {object} Draft
 * @property {import("../playlists/shapes.js").Playlist} playlist as it was made
 * @property {import("../playlists/shapes.js").Item[]} items none: all of them wait
 * @property {number} seq
 * @property {string} epoch
 * @property {QueuedOperation} making the operation that makes it; it may have failed
 */

/**
 * Make a playlist on this device. It can be opened and filled at once, at its own address.
 * @param {string} title @param {string} [description]
 * @returns {Promise<string>} its id
 * @throws {import("../api.js").SignedOut} and, where nothing can be kept here, what sending it throws
 */
export async function make(title, description = "") {
  const playlist = crypto.randomUUID();
  const about = { about: title, list: title };
  const change = { kind: /** @type {const} */ ("create"), playlist, base_seq: null, title };
  await enqueue({ ...change, ...(description ? { description } : {}) }, about);
  return playlist;
}

/** A playlist that only this device has. @param {string} id @returns {Promise<Draft | undefined>} */
export async function draft(id) {
  const making = (await queue()).find((one) => makes(one, id));
  if (!making) return undefined;
  const { title = "", description = "" } = making.operation;
  return {
    playlist: {
      id,
      title,
      description,
      order_mode: "manual",
      consume: false,
      my_role: "owner",
      seq: 0,
      item_count: 0,
      duration_seconds: 0,
    },
    items: [],
    seq: 0,
    epoch: "",
    making,
  };
}

/** @param {QueuedOperation} queued @param {string} id */
function makes({ operation }, id) {
  return operation.kind === "create" && operation.playlist === id;
}

/**
 * The server would not make it under its id: make it under another, with all that was done in it.
 * @param {string} id
 * @returns {Promise<string>} the new id
 */
export async function renew(id) {
  const database = await myDatabase();
  const fresh = crypto.randomUUID();
  const tx = database?.transaction("operations", "readwrite");
  /** @type {QueuedOperation[]} */
  const all = (await tx?.store.getAll()) ?? [];
  const own = all.filter(({ operation }) => operation.playlist === id);
  const making = own.find((one) => makes(one, id));
  if (!tx || making?.state !== "failed") {
    await tx?.done;
    return id; // done in another tab, or it has not failed
  }
  const renamed = renamer();
  for (const { n, problem: _, ...queued } of own) {
    tx.store.delete(/** @type {number} */ (n));
    const operation = { ...renamed(queued.operation), playlist: fresh, id: crypto.randomUUID() };
    tx.store.add({ ...queued, operation, state: "waiting", heldBack: false });
  }
  await tx.done;
  announce("outbox");
  return fresh;
}

/** Gives the items that were added another id as well: theirs may be taken as the list's was. */
function renamer() {
  /** @type {Map<string, string>} */
  const names = new Map();
  const other = (/** @type {string} */ id) => names.get(id) ?? id;
  /** @param {import("../playlists/shapes.js").Operation} operation */
  return (operation) => {
    const { kind, item, after, before } = operation;
    if (kind === "add" && item) names.set(item, crypto.randomUUID());
    const several = (/** @type {string | string[]} */ ids) =>
      Array.isArray(ids) ? ids.map(other) : other(ids);
    return {
      ...operation,
      ...(item && { item: other(item) }),
      ...(after && { after: several(after) }),
      ...(before && { before: before.map(other) }),
    };
  };
}

/** Give it up, with all that was done in it. @param {string} id */
export async function drop(id) {
  const tx = (await myDatabase())?.transaction("operations", "readwrite");
  /** @type {QueuedOperation[]} */
  const all = (await tx?.store.getAll()) ?? [];
  for (const { n, operation } of all) {
    if (operation.playlist === id) tx?.store.delete(/** @type {number} */ (n));
  }
  await tx?.done;
  announce("outbox");
}

/**
 * What was made here is the server's by now: it stays on this device as a copy, once. Called when all is
 * sent; what was cut off is done at the next occasion.
 */
export async function adopt() {
  const database = await myDatabase();
  for (const one of /** @type {Made[]} */ ((await database?.getAll("merged")) ?? [])) {
    const { operation, result } = one;
    if (operation.kind !== "create" || result.status !== "applied" || one.isCopied) continue;
    if (!(await copy(operation.playlist))) {
      try {
        await follow(operation.playlist, { takes: true });
      } catch (error) {
        // There is no room for it here, or it was deleted already: it is not asked for again.
        const isOver = error instanceof NoRoom || error instanceof Refused;
        if (!isOver) throw error;
      }
    }
    await database?.put("merged", { ...one, isCopied: true });
  }
}

/** @typedef {Merged & {n: number, isCopied?: boolean}} Made */

/** Wait until a playlist is no draft any more. @param {string} id @param {AbortSignal} signal */
export async function whenMade(id, signal) {
  const news = new BroadcastChannel("jamboree");
  const over = new Promise((done) => {
    news.onmessage = async ({ data }) => {
      if (["settled", "drained", "outbox"].includes(data.kind) && !(await isDraft(id))) done(0);
    };
    signal.addEventListener("abort", done, { once: true });
  });
  if (await isDraft(id)) await over;
  news.close();
}
