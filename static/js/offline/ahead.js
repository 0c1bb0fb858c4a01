// Fetching ahead: what comes next is here before it plays, where the connection and the room allow it.
// What people take along goes first.

import { Refused, SignedOut, Unreachable } from "../api.js";
import { isFull } from "./eviction.js";
import { Stopped } from "./fetching.js";
import { use } from "./in-use.js";
import { isThrifty } from "./thrift.js";
import { fetchToKeep, isHere } from "./unpinned.js";

/** @typedef {{sha256: string, track: import("../playlists/shapes.js").Track}} Coming */

/**
 * Fetch what is not here of what comes, one after the other, until something else comes.
 * @param {Coming[]} coming next first
 * @param {AbortSignal} signal
 */
export async function fetchAhead(coming, signal) {
  if (isThrifty()) return;
  try {
    // One page at a time, which is the one that plays; another waits for its turn.
    await navigator.locks.request("jamboree-ahead", { signal }, async () => {
      for (const { sha256, track } of coming) {
        if (signal.aborted || (await isTakingAlong())) return;
        if (await isHere(sha256)) continue;
        const end = use(sha256);
        try {
          if (!(await fetchToKeep(sha256, track, signal))) return; // no room: nor for the next
        } finally {
          end();
        }
      }
    });
  } catch (error) {
    if (!isExpected(error, signal)) throw error;
  }
}

/** No network, no room, nothing to hear, or something else plays now: it is fetched when it plays.
 * @param {unknown} error @param {AbortSignal} signal */
function isExpected(error, signal) {
  const isTold = [Refused, SignedOut, Stopped, Unreachable].some((kind) => error instanceof kind);
  return isTold || isFull(error) || signal.aborted;
}

/** A copy is being fetched, or waits for it. */
async function isTakingAlong() {
  const { held = [], pending = [] } = await navigator.locks.query();
  return [...held, ...pending].some(({ name }) => name === "jamboree-download");
}
