// Looking after what is kept on this device, from a while after the start on: the index is compared with
// the chunks, a few chunks with their hashes, and what is missing is fetched again.

import { toast } from "../pages/toast-line.js";
import { personOnPage } from "../site.js";
import { say } from "../words.js";
import { audit, sample } from "./audit.js";
import { resume } from "./downloading.js";
import { idle } from "./idle.js";
import { watchLosses } from "./losses.js";

const AFTER_START = 1500; // milliseconds: first what the person came for
const SAMPLE = { first: 8, most: 128, every: 10 * 60_000 }; // chunks, chunks, milliseconds

/** Begin to look after it; where nothing can be kept there is nothing to look after. */
export async function lookAfter() {
  if (!("caches" in globalThis) || !navigator.serviceWorker) return;
  watchLosses(tellAndFetch);
  await new Promise((done) => setTimeout(done, AFTER_START));
  await idle();
  const found = await audit();
  if (found) await sampleForever();
}

/** One tab compares a few chunks, later more: what goes wrong on a disk does so slowly. */
async function sampleForever() {
  await navigator.locks.request("jamboree-sample", { ifAvailable: true }, async (lock) => {
    for (let count = SAMPLE.first; lock; count = Math.min(count * 2, SAMPLE.most)) {
      await sample(count);
      await new Promise((done) => setTimeout(done, SAMPLE.every));
    }
  });
}

/** @param {import("./losses.js").Loss} loss */
async function tellAndFetch({ why, lost, of }) {
  const key = why === "wrong" ? "were_damaged" : "thrown_away";
  const again = navigator.onLine && personOnPage() ? "again_now" : "again_later";
  toast(`${say(key, { count: lost, of })} ${say(again)}`);
  await resume();
}
