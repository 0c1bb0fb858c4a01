// Downloading: one copy at a time over all tabs, two tracks at a time. It goes on from where it was
// after a broken connection, a closed tab or a new start, and stops when somebody says so in any tab.

import { Refused } from "../api.js";
import { change, copies, copy, isPaused, usualQuality } from "./copies.js";
import { isFull } from "./eviction.js";
import { fetchCovers, fetchFile, reason, pause as rest, Stopped, WrongBytes } from "./fetching.js";
import { follow, followAll, NoRoom } from "./following.js";
import { countUses, release } from "./references.js";
import { missingBytes, room } from "./room.js";

/** @typedef {import("./database.js").Copy} Copy */
/** @typedef {import("./database.js").Quality} Quality */
/** @typedef {import("./database.js").AudioEntry} AudioEntry */

const AT_A_TIME = 2; // tracks; the chunks of one come in sequence
const PREPARING = { first: 3_000, longest: 30_000 }; // milliseconds until the server is asked again
/** @type {Partial<Copy>} */
const BEGUN = { state: "fetching", problem: undefined };
const AFTER_TROUBLE = { first: 15_000, longest: 300_000 };

/**
 * Take a playlist along: the manifest first, then its audio and covers; answers when all that is ready is
 * here. What the server is still making is fetched later, by itself.
 * @param {string} id the playlist's
 * @param {{quality?: Quality, begins?: (one: Copy) => void}} [options] begins: called when it is known
 *   how much it is, and that it fits
 * @throws {import("./following.js").NoRoom | import("../api.js").Unreachable
 *   | import("../api.js").SignedOut | Refused}
 */
export async function takeAlong(id, { quality, begins } = {}) {
  // Not waited for: Firefox asks the person, and may never get an answer.
  navigator.storage?.persist?.().catch(() => {});
  const known = await change(id, (now) => (isPaused(now) ? BEGUN : null));
  try {
    const wanted = quality ?? known?.quality ?? (await usualQuality());
    const one = await follow(id, { takes: true, quality: wanted });
    if (!one) return;
    begins?.(one);
  } catch (error) {
    const problem = error instanceof NoRoom ? "no_room" : reason(error);
    await change(id, ({ state }) => (state === "whole" ? null : { state: "paused", problem }));
    throw error;
  }
  await download(id);
}

/** Fetch what is missing of a copy. One at a time over all tabs; a second caller waits and then finds
 * everything here. @param {string} id */
export async function download(id) {
  await navigator.locks.request("jamboree-download", () => run(id));
  if (await waitsForServer(id)) awaitPreparing(id);
}

/** @param {string} id */
async function run(id) {
  const stop = new AbortController();
  const news = new BroadcastChannel("jamboree");
  news.onmessage = ({ data }) => {
    if (data.kind === "stop" && data.id === id) stop.abort();
  };
  /** @type {Copy | undefined} */
  let one;
  try {
    // The list may change while it is fetched: then what is new of it comes next.
    for (let done = false, isAsked = false; !done; ) {
      one = await copy(id);
      if (!one || isPaused(one)) return;
      const trouble = await fetchAll(one, stop.signal);
      if (trouble instanceof Refused && !isAsked) {
        // The server's cache may have let a rendition go: it is asked for all of the list, once.
        isAsked = true;
        await change(id, () => ({ etag: undefined }));
        await follow(id);
        continue;
      }
      if (trouble) throw trouble;
      done = await finish(id, one);
    }
  } catch (error) {
    if (error instanceof Stopped) {
      // What came in the very moment in which it was left is nobody's.
      if (one) await release(one);
      return; // whoever stopped it has written why
    }
    await change(id, (now) => (isPaused(now) ? null : { state: "paused", problem: reason(error) }));
    if (!isFull(error)) later();
    throw error;
  } finally {
    news.close();
  }
}

/**
 * Fetch all that can be had of a copy, in the list's order; what is wrong with one file holds up no other.
 * @param {Copy} one @param {AbortSignal} signal
 * @returns {Promise<unknown>} what was wrong with a file, or undefined
 */
async function fetchAll(one, signal) {
  await fetchCovers(one.covers, signal);
  const entries = [...one.audio];
  /** @type {unknown} */
  let trouble;
  const runner = async () => {
    for (let entry = entries.shift(); entry; entry = entries.shift()) {
      if (!(await countUses("hashes", entry.sha256))) continue; // it left the list meanwhile
      try {
        await fetchFile(entry, signal);
        await replaceOld(one, entry);
      } catch (error) {
        if (!isOfOneFile(error)) throw error;
        trouble = error;
      }
    }
  };
  const runners = Array.from({ length: AT_A_TIME }, runner);
  try {
    await Promise.all(runners);
  } finally {
    entries.length = 0; // whatever stopped one of them stops the other
    await Promise.allSettled(runners);
  }
  return trouble;
}

/** @param {unknown} error */
function isOfOneFile(error) {
  if (error instanceof WrongBytes) return true;
  return error instanceof Refused && [403, 404, 410, 416].includes(error.status);
}

/** Where there is no room for both qualities, the old file goes as soon as the new one is here.
 * @param {Copy} one @param {AudioEntry} entry */
async function replaceOld(one, entry) {
  if (!one.old?.yields) return;
  await change(one.id, ({ old }) =>
    old?.yields ? { old: { ...old, audio: old.audio.filter(({ of }) => of !== entry.of) } } : null,
  );
}

/** All that was ready when `one` was read is here: note it, unless the copy is another by now.
 * @param {string} id @param {Copy} one @returns {Promise<boolean>} whether that is all for now */
async function finish(id, one) {
  let isOther = false;
  await change(id, (now) => {
    isOther = now.seq !== one.seq || now.etag !== one.etag || now.quality !== one.quality;
    if (isOther || isPaused(now)) return null;
    if (now.preparing?.length) return { state: "fetching", problem: undefined };
    return { state: "whole", problem: undefined, old: undefined, wasWhole: true };
  });
  return !isOther;
}

// --- what the server is still making, and what did not work ---------------------------------------

/** @param {string} id */
async function waitsForServer(id) {
  const one = await copy(id);
  return one?.state === "fetching" && Boolean(one.preparing?.length);
}

/** Ask again for what is being made, with growing pauses, for as long as the page is open; one tab does.
 * @param {string} id */
async function awaitPreparing(id) {
  const name = `jamboree-preparing-${id}`;
  await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
    let [wait, left] = [PREPARING.first, Number.POSITIVE_INFINITY];
    while (lock && (await waitsForServer(id))) {
      await rest(wait, new AbortController().signal);
      try {
        const one = await follow(id);
        await navigator.locks.request("jamboree-download", () => run(id));
        const count = one?.preparing?.length ?? 0;
        wait = count < left ? PREPARING.first : Math.min(wait * 1.5, PREPARING.longest);
        left = count;
      } catch (error) {
        await change(id, (now) =>
          isPaused(now) ? null : { state: "paused", problem: reason(error) },
        );
        later();
      }
    }
  });
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let trouble = 0;

/** Something did not work: once more after a while, and then after a longer one. What brings the
 * network back by saying so (`catchUp` in device.js) is not waited for. */
function later() {
  clearTimeout(timer);
  const wait = Math.min(AFTER_TROUBLE.first * 2 ** trouble, AFTER_TROUBLE.longest);
  trouble += 1;
  timer = setTimeout(resume, wait * (0.7 + Math.random() * 0.6));
}

/** @type {Promise<void> | null} */
let resuming = null;
let isWanted = false;

/** Let the copies follow their lists, and go on with everything that was begun and that nobody paused;
 * called at start and when the network is back. */
export function resume() {
  isWanted = true;
  resuming ??= goThrough().finally(() => {
    resuming = null;
  });
  return resuming;
}

async function goThrough() {
  // What was asked for meanwhile may be of a copy that was passed already.
  while (isWanted) {
    isWanted = false;
    await goOnce();
  }
}

async function goOnce() {
  clearTimeout(timer);
  try {
    await followAll();
    for (const one of await copies()) {
      if (one.state === "whole" || isPaused(one) || !(await fits(one))) continue;
      await change(one.id, (now) => (now.state === "paused" && !isPaused(now) ? BEGUN : null));
      await download(one.id).catch((error) => {
        if (!isOfOneFile(error)) throw error;
      });
    }
    trouble = 0;
  } catch {
    // The states of the copies say why; the next occasion tries again.
  }
}

/** Whether there is room now for what there was none. @param {Copy} one */
async function fits({ audio, problem }) {
  const isFull = problem === "no_room" || problem === "disk_full";
  return !isFull || (await missingBytes(audio)) <= (await room(audio)).free;
}
