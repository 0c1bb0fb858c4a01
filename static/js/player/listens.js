// What was heard on this device, until the server knows it. Each listen has an id of its own and only
// grows: sending it again, or an older state of it after a newer, changes nothing there.

import { call, FOR, Refused, SignedOut, Unreachable } from "../api.js";
import { deviceId, listensDatabase, person } from "../offline/database.js";
import { note, replace, tidy } from "../offline/heard.js";

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
  return me ? { whose: me.id, database: await listensDatabase(me.id) } : null;
}

/** Note it on the device, to be sent and for the history.
 * @param {Heard} heard @param {import("../playlists/shapes.js").Track} track */
export async function keep(heard, track) {
  await (await mine())?.database.put("listens", heard);
  if (heard.seconds >= 1) await note(heard, track);
}

/** What the server does not know yet. @returns {Promise<Heard[]>} */
export async function unsentListens() {
  return (await (await mine())?.database.getAll("listens")) ?? [];
}

const FOLLOWED_EVERY = 600_000; // milliseconds
const LINES = 100; // as many as the page of the history has
const FOLLOWED_AT = "jam-history-at";

/** Keep the last page of the history on the device, for when there is no network; now and then. */
export async function followHistory() {
  const since = Date.now() - Number(sessionStorage.getItem(FOLLOWED_AT));
  if (since < FOLLOWED_EVERY) return;
  try {
    const { items } = await call("GET", `listens?limit=${LINES}`);
    const told = items.map((/** @type {any} */ { id, track, title, artist, at, seconds }) => {
      return { id, track: track?.id ?? null, title, artist, at, seconds };
    });
    await replace(told, new Set((await unsentListens()).map(({ id }) => id)));
    await tidy();
    sessionStorage.setItem(FOLLOWED_AT, String(Date.now()));
  } catch (error) {
    const isAnswer = [Unreachable, SignedOut, Refused].some((kind) => error instanceof kind);
    if (!isAnswer) throw error; // else the next occasion tells
  }
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
  const own = await mine();
  if (!own) return false;
  const { whose, database } = own;
  const device = await deviceId();
  for (;;) {
    const items = await database.getAll("listens", undefined, AT_ONCE);
    if (!items.length) return true;
    await send(device, items, whose);
    const tx = database.transaction("listens", "readwrite");
    for (const { id, seconds, finished } of items) {
      const now = await tx.store.get(id);
      // One that grew meanwhile stays, to be told again.
      if (now && now.seconds <= seconds && now.finished === finished) await tx.store.delete(id);
    }
    await tx.done;
  }
}

/** @param {string} device @param {Heard[]} items @param {string} whose */
async function send(device, items, whose) {
  try {
    await call("POST", "listens", { device, items }, { headers: { [FOR]: whose } });
  } catch (error) {
    const isFinal = error instanceof Refused && error.status === 422;
    if (!isFinal) throw error;
    // One of them makes no sense, and must not hold up the others for good: it is dropped.
    if (items.length > 1) for (const item of items) await send(device, [item], whose);
  }
}
