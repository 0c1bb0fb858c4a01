// A rendition that is not there yet: asked for, and waited for.

import { call } from "../api.js";
import { address } from "../site.js";

const FIRST = 700; // milliseconds until it is asked for again; a song takes some seconds
const LONGEST = 5000;

/** It can't be made. */
export class NotMade extends Error {}

/**
 * The address of the rendition that every browser plays, once it is made.
 * @param {string} sha256 of the original
 * @param {AbortSignal} signal nobody waits for it any more
 * @param {() => void} begins called once, when it is known that it is being made
 * @returns {Promise<string>}
 * @throws {NotMade} and what `call` throws
 */
export async function made(sha256, signal, begins) {
  const path = `audio/by-hash/${sha256}/renditions`;
  for (let wait = FIRST; ; wait = Math.min(LONGEST, wait * 1.5)) {
    const rendition = await call("POST", path, { profile: "web-playable" });
    signal.throwIfAborted();
    if (rendition.status === "ready") return address(`audio/${rendition.sha256}`);
    if (rendition.status === "failed") throw new NotMade(rendition.error);
    if (wait === FIRST) begins();
    await new Promise((done) => setTimeout(done, wait));
    signal.throwIfAborted();
  }
}
