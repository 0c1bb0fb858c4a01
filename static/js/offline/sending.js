// When the outbox is sent: at the start of a page, and whenever the network may be back. What a browser
// says of its network is no more than a hint, so there is a timer besides, for as long as a page is
// open; where no page is, the browser wakes the worker (Background Sync) if it can.

import { drain, heardOfFailures, nextWait, queue } from "./outbox.js";

const AT_LEAST_EVERY = 60_000; // milliseconds
const SYNC = "outbox";

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let plannedAt = 0;
/** What follows when all is sent. @type {() => Promise<void>} */
let afterwards = async () => {};

/** Send what waits, and then do what has to wait for that: people's changes go before all else. */
export async function catchUp() {
  plan(AT_LEAST_EVERY);
  if ((await drain()) === "empty") await afterwards();
}

/** Attempt it later; of all tabs the first to do so sends.
 * @param {number} wait milliseconds @param {boolean} [isAgain] something did not get through */
function plan(wait, isAgain = false) {
  const attempt = async () => {
    plan(AT_LEAST_EVERY);
    if ((await drain({ ifFree: true })) === "empty" && isAgain) await afterwards();
  };
  clearTimeout(timer);
  plannedAt = Date.now() + wait;
  timer = setTimeout(() => attempt().catch(failed), wait);
}

/** When this page attempts it next, in milliseconds since 1970; another may do so before. */
export function nextAttempt() {
  return plannedAt;
}

/** The storage of this browser can't be read: the pages say so, and the next attempt may. */
function failed() {
  plan(AT_LEAST_EVERY);
}

/** What this tab, another, or the worker says. @param {any} data */
function news({ kind, ...data }) {
  if (kind === "unreachable") {
    heardOfFailures(data.failures ?? 1);
    plan(nextWait(data.wait), true);
    askWorkerToSend();
  } else if (kind === "drained") {
    heardOfFailures(0);
    plan(AT_LEAST_EVERY);
  } else if (kind === "settled" && data.result) {
    heardOfFailures(0);
  } else if (kind === "queued") {
    // Who made it sends it; should that tab be closed before it does, another one will.
    plan(nextWait());
    if (!navigator.onLine) askWorkerToSend();
  }
}

/** The page may be gone in a moment. */
async function hidden() {
  if (document.visibilityState !== "hidden") return catchUp();
  if ((await queue()).some(({ state }) => state === "waiting")) await askWorkerToSend();
}

/** Where the browser can (Background Sync), it sends what waits also when no page is open. */
export async function askWorkerToSend() {
  const registration = await navigator.serviceWorker?.getRegistration();
  const { sync } = /** @type {any} */ (registration ?? {});
  await sync?.register(SYNC).catch(() => {}); // the person may have switched it off
}

/**
 * Send what waits from now on, at once and whenever it may get through.
 * @param {() => Promise<void>} then follows each time that nothing is left to send
 */
export async function keepSending(then) {
  afterwards = then;
  new BroadcastChannel("jamboree").onmessage = ({ data }) => news(data);
  const go = () => catchUp().catch(failed);
  for (const type of ["online", "focus", "pageshow"]) addEventListener(type, go);
  document.addEventListener("visibilitychange", () => hidden().catch(failed));
  document.addEventListener("jam:back", go);
  for (const type of ["jam:state", "jam:me-state"]) {
    document.addEventListener(type, (event) => {
      if (/** @type {CustomEvent} */ (event).detail === "live") go();
    });
  }
  await catchUp();
}

/**
 * The worker's part: the browser says that the network is back. A promise that is rejected has it ask
 * again later.
 */
export async function sendInBackground() {
  if ((await drain()) === "unreachable") throw new Error("Not everything got through.");
}
