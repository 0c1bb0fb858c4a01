// Looking after what is kept on this device, from a while after the start on. A damaged database is mended;
// what it lost is put back; rows of an older layout are brought up; the index is compared with the chunks,
// and a few of those with their hashes. What is missing is fetched again. All of it in idle time, one tab
// at a time, and told in plain words (<storage-line>).

import { Refused, SignedOut, Unreachable } from "../api.js";
import { toast } from "../pages/toast-line.js";
import { personOnPage } from "../site.js";
import { say, sayCount } from "../words.js";
import { audit, sample, suspect } from "./audit.js";
import { announce } from "./database.js";
import { resume } from "./downloading.js";
import { idle } from "./idle.js";
import { migrate } from "./layout.js";
import { watchLosses } from "./losses.js";
import { drain } from "./outbox.js";
import { restore, restoreCopies } from "./restoring.js";
import { HeldElsewhere, salvage } from "./salvage.js";

const AFTER_START = 1500; // milliseconds: first what the person came for
const SAMPLE = { first: 8, most: 128, every: 10 * 60_000 }; // chunks, chunks, milliseconds

/** Begin to look after it; where nothing can be kept there is nothing to look after. */
export async function lookAfter() {
  if (!globalThis.indexedDB) return;
  watchTrouble();
  const keepsMusic = "caches" in globalThis && "serviceWorker" in navigator;
  if (keepsMusic) {
    watchLosses(tellAndFetch);
    watchFailures();
  }
  await new Promise((done) => setTimeout(done, AFTER_START));
  await idle();
  await migrate();
  if (!keepsMusic) return;
  const isRestored = await putBack();
  const found = await audit({ sweeps: isRestored });
  if (found) await sampleForever();
}

/** Whether nothing is left that a lost database held. */
async function putBack() {
  return navigator.locks.request("jamboree-restore", async () => {
    const { changes, lists } = await restore();
    if (changes || lists.length) {
      const what = { changes: sayCount("found_changes", changes), lists: lists.length };
      toast(say(lists.length ? "database_lost" : "database_lost_changes", what));
    }
    if (changes) await drain();
    if (!lists.length) return true;
    try {
      return await restoreCopies();
    } catch (error) {
      if (![Unreachable, SignedOut, Refused].some((kind) => error instanceof kind)) throw error;
      addEventListener("online", () => putBack(), { once: true });
      return false;
    } finally {
      await resume();
    }
  });
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

/** What did not play from this device, on this page or another. */
function watchFailures() {
  new BroadcastChannel("jamboree").addEventListener("message", ({ data }) => {
    if (data.kind !== "damaged") return;
    suspect(data.sha256).catch((error) => console.info("It could not be compared.", error));
  });
}

/** What opening.js tells, of this page, others and the worker. */
function watchTrouble() {
  const told = new Set();
  new BroadcastChannel("jamboree").addEventListener("message", ({ data }) => {
    if (data.kind !== "storage" || told.has(data.trouble + data.name)) return;
    told.add(data.trouble + data.name);
    if (data.trouble === "damaged" || data.trouble === "ended") {
      mend(data.name).then(() => told.delete(data.trouble + data.name), noted);
    } else {
      announce("storage-says", { says: data.trouble });
    }
  });
}

/** @param {string} name */
async function mend(name) {
  await navigator.locks.request("jamboree-mending", async () => {
    try {
      const wasDamaged = await salvage(name);
      if (wasDamaged) announce("storage-says", { says: "mended" });
    } catch (error) {
      if (!(error instanceof HeldElsewhere)) throw error;
      announce("storage-says", { says: "blocked" });
      return;
    }
    await putBack();
    announce("copies");
    announce("queued");
  });
}

/** @param {unknown} error */
function noted(error) {
  console.info("What is kept here could not be mended.", error);
  announce("storage-says", { says: "unmended" });
}
