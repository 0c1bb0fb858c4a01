// The SHA-256 of a file, computed beside the page. The worker ends when nobody needs it.

/** The file can't be read: it was moved or changed since it was chosen. */
export class Unreadable extends Error {}

/** @type {Worker | null} */
let worker = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let ending;

const IDLE = 10_000; // milliseconds

/**
 * One at a time: who calls it waits for the last one.
 * @param {File} file
 * @param {(done: number) => void} progress told how many bytes were read
 * @param {AbortSignal} signal
 * @returns {Promise<string>} 64 digits
 * @throws {Unreadable}
 */
export function hashOf(file, progress, signal) {
  clearTimeout(ending);
  const mine =
    worker ?? new Worker(new URL("../worker/hash.js", import.meta.url), { type: "module" });
  worker = mine;
  /** What it was at will never be asked for: a fresh one is made for the next file. */
  const drop = () => {
    mine.terminate();
    if (worker === mine) worker = null;
  };
  return new Promise((resolve, reject) => {
    const give = () => {
      drop();
      reject(signal.reason);
    };
    signal.addEventListener("abort", give, { once: true });
    mine.onmessage = ({ data }) => {
      if ("done" in data) {
        progress(data.done);
        return;
      }
      signal.removeEventListener("abort", give);
      ending = setTimeout(drop, IDLE);
      if (data.sha256) resolve(data.sha256);
      else reject(new Unreadable(data.error));
    };
    mine.onerror = (event) => {
      drop();
      reject(new Error(event.message || "the worker did not start"));
    };
    mine.postMessage(file);
  });
}
