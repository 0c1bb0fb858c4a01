// Waiting for the server to answer again.

import { reachable } from "../api.js";
import { backOff } from "./upload-states.js";

/** @param {number} ms @returns {Promise<void>} */
export function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

/** @type {Promise<void> | null} */
let asking = null;

/** Resolved once the server answers; all that wait share the asking. */
export function networkIsBack() {
  asking ??= ask().finally(() => {
    asking = null;
  });
  return asking;
}

async function ask() {
  for (let attempt = 0; ; attempt += 1) {
    const waiting = new AbortController();
    await Promise.race([pause(backOff(attempt, Math.random())), hint(waiting.signal)]);
    waiting.abort();
    if (await reachable()) return;
  }
}

/** What a browser says when the network may be back. @param {AbortSignal} signal */
function hint(signal) {
  return new Promise((done) => {
    for (const type of ["online", "focus", "pageshow"]) addEventListener(type, done, { signal });
  });
}
