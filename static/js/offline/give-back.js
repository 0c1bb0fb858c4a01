// Giving back: what this device has whole and the server lost. The server says which chunks it
// misses, of audio that this person may hear, and checks each one that it gets.

import { call, Refused, SignedOut, Unreachable } from "../api.js";
import { chunk, kept } from "./chunks.js";
import { announce, deviceDatabase, fact, setFact } from "./database.js";
import { costsMoney } from "./metered.js";

const ASKS_EVERY = 10 * 60_000; // milliseconds
const PATIENCE = 60_000; // milliseconds: a chunk is a MiB, and the way up from a phone is narrow

let asked = Number.NEGATIVE_INFINITY;

/**
 * What was given back from here, ever.
 * @typedef {object} Given
 * @property {number} songs
 * @property {number} bytes
 */

/** @returns {Promise<Given>} */
export async function given() {
  return (await fact("given")) ?? { songs: 0, bytes: 0 };
}

/** Ask what is missing, and send what is here; quietly, one tab at a time, one chunk after the other.
 * Where it breaks off, the next time goes on. */
export async function giveBack() {
  if (performance.now() - asked < ASKS_EVERY || costsMoney()) return;
  const whole = (await (await deviceDatabase()).getAll("audio")).some((file) => file.complete);
  if (!whole) return;
  asked = performance.now();
  try {
    await navigator.locks.request("jamboree-give-back", { ifAvailable: true }, async (lock) => {
      if (!lock) return;
      for (const lost of (await call("GET", "audio/lost")).items) await giveOne(lost);
    });
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof SignedOut)) throw error;
  }
}

/** @param {{sha256: string, missing: number[]}} lost */
async function giveOne({ sha256, missing }) {
  const file = await kept(sha256);
  if (!file?.complete) return;
  try {
    for (const index of missing) {
      const bytes = await chunk(sha256, index);
      if (!bytes) return; // the browser threw it away
      const path = `audio/${sha256}/chunks/${index}`;
      const answer = await call("PUT", path, bytes, { patience: PATIENCE });
      if (!answer.missing.length) break;
    }
    const before = await given();
    await setFact("given", { songs: before.songs + 1, bytes: before.bytes + file.size });
    announce("copies");
  } catch (error) {
    // What the server does not take is no reason to hold back the others.
    if (!(error instanceof Refused)) throw error;
  }
}
