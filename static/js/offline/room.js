// How much room there is for music on this device, and how much of it is used.

import { kept } from "./chunks.js";
import { deviceDatabase, fact, setFact } from "./database.js";
import { held } from "./references.js";

/** @typedef {import("./database.js").AudioEntry} AudioEntry */

const BUDGET = 500_000_000; // bytes, unless the person chose another
const OF_QUOTA = 0.6; // of what the browser grants, never more

/** Bytes of a file that are here. @param {import("./database.js").KeptAudio | undefined} file */
export function bytesOf(file) {
  if (!file) return 0;
  return file.complete ? file.size : Math.min(file.have.length * file.chunkSize, file.size);
}

/**
 * Bytes on this device, and how many there may be.
 * @typedef {object} Room
 * @property {number} used of audio
 * @property {number} pinned of audio that copies hold, whoever's
 * @property {number} kept of audio that was played, or begun
 * @property {number} budget of audio
 * @property {number} most that the budget can be
 * @property {number} free for what is taken along, if what was kept gives way
 * @property {number} quota of everything, as the browser says
 * @property {number} usage of everything, as the browser says
 * @property {boolean} evicts what was kept gives way by itself
 */

/**
 * @param {AudioEntry[]} [wanted] to be taken along: what is here of it gives no way to the rest
 * @returns {Promise<Room>}
 */
export async function room(wanted = []) {
  const [pins, files, chosen, evicts] = await Promise.all([
    held("hashes"),
    deviceDatabase().then((database) => database.getAll("audio")),
    fact("budget"),
    fact("evicts"),
  ]);
  for (const { sha256 } of wanted) pins.add(sha256);
  let [pinned, kept] = [0, 0];
  for (const file of files) {
    if (pins.has(file.sha256)) pinned += bytesOf(file);
    else kept += bytesOf(file);
  }
  const { quota = BUDGET, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  const most = quota * OF_QUOTA;
  const budget = Math.min(chosen ?? BUDGET, most);
  const [used, gives] = [pinned + kept, (evicts ?? true) ? kept : 0];
  const free = Math.max(0, Math.min(budget - used + gives, quota - usage + gives));
  return { used, pinned, kept, budget, most, free, quota, usage, evicts: evicts ?? true };
}

/** Choose another budget. @param {number} bytes */
export async function setBudget(bytes) {
  await setFact("budget", bytes);
}

/** Whether what was kept may give way by itself. @param {boolean} evicts */
export async function setEvicts(evicts) {
  await setFact("evicts", evicts);
}

/** Bytes that have to be fetched yet. @param {AudioEntry[]} audio */
export async function missingBytes(audio) {
  let bytes = 0;
  for (const entry of audio) {
    bytes += Math.max(0, entry.size_bytes - bytesOf(await kept(entry.sha256)));
  }
  return bytes;
}
