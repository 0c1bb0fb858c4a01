// What was heard on this device, until the server knows it. Each listen has an id of its own and only
// grows: sending it again, or an older state of it after a newer, changes nothing there.

import { call, Refused } from "../api.js";
import { deviceId, listensDatabase, person } from "../offline/database.js";

/**
 * A track that was heard once from some place to another.
 * @typedef {object} Heard
 * @property {string} id
 * @property {string} track its id
 * @property {string} at ISO 8601, when it began
 * @property {number} seconds of it that sounded
 * @property {boolean} finished it came to its end
 * @property {string | null} playlist where it was heard
 */

const AT_ONCE = 100;

async function mine() {
  const me = await person();
  return me ? listensDatabase(me.id) : null;
}

/** Note it on the device. @param {Heard} heard */
export async function keep(heard) {
  await (await mine())?.put("listens", heard);
}

/**
 * Tell the server what it does not know yet, one sender at a time over all tabs. Answers whether all of
 * it is there; what is not waits for the next time.
 */
export async function sendListens() {
  try {
    return await navigator.locks.request("jamboree-listens", sendAll);
  } catch {
    return false; // no network, signed out, or nothing can be kept here
  }
}

async function sendAll() {
  const database = await mine();
  if (!database) return false;
  const device = await deviceId();
  for (;;) {
    const items = await database.getAll("listens", undefined, AT_ONCE);
    if (!items.length) return true;
    await send(device, items);
    const tx = database.transaction("listens", "readwrite");
    for (const { id, seconds, finished } of items) {
      const now = await tx.store.get(id);
      // One that grew meanwhile stays, to be told again.
      if (now && now.seconds <= seconds && now.finished === finished) await tx.store.delete(id);
    }
    await tx.done;
  }
}

/** @param {string} device @param {Heard[]} items */
async function send(device, items) {
  try {
    await call("POST", "listens", { device, items });
  } catch (error) {
    const isFinal = error instanceof Refused && error.status === 422;
    if (!isFinal) throw error;
    // One of them makes no sense, and must not hold up the others for good: it is dropped.
    if (items.length > 1) for (const item of items) await send(device, [item]);
  }
}
