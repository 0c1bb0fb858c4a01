// How much room there is for music on this device, and how much of it is used.

import { kept } from "./chunks.js";
import { deviceDatabase } from "./database.js";

/** @typedef {import("./database.js").AudioEntry} AudioEntry */

const BUDGET = 500_000_000; // bytes, unless the person chose another
const OF_QUOTA = 0.6; // of what the browser grants, never more

/** Bytes of a file that are here. @param {import("./database.js").KeptAudio | undefined} file */
export function bytesOf(file) {
  if (!file) return 0;
  return file.complete ? file.size : Math.min(file.have.length * file.chunkSize, file.size);
}

/** Bytes of audio on this device, and how many there may be. */
export async function room() {
  const database = await deviceDatabase();
  const used = (await database.getAll("audio")).reduce((sum, file) => sum + bytesOf(file), 0);
  const { quota = BUDGET, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  const budget = Math.min((await database.get("facts", "budget")) ?? BUDGET, quota * OF_QUOTA);
  return { used, budget, free: Math.max(0, Math.min(budget - used, quota - usage)) };
}

/** Bytes that have to be fetched yet. @param {AudioEntry[]} audio */
export async function missingBytes(audio) {
  let bytes = 0;
  for (const entry of audio) {
    bytes += Math.max(0, entry.size_bytes - bytesOf(await kept(entry.sha256)));
  }
  return bytes;
}
