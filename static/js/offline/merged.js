// What came of the changes that were sent, and settings that were changed on both sides.

import { announce, myDatabase } from "./database.js";
import { enqueue } from "./outbox.js";

/** @typedef {import("./outbox.js").Merged} Merged */
/** @typedef {import("../playlists/shapes.js").QueuedOperation} QueuedOperation */

/** What came of changes, the latest first. @returns {Promise<Merged[]>} */
export async function lately() {
  return ((await (await myDatabase())?.getAll("merged")) ?? []).reverse();
}

/**
 * Settings were changed on both sides, and the person saw both: theirs are written over. Should somebody
 * have changed them again meanwhile, both are shown again.
 * @param {QueuedOperation} queued the conflict
 */
export async function putMine({ n, operation, about, list, problem, seq }) {
  const change = { kind: /** @type {const} */ ("update"), playlist: operation.playlist };
  const fields = problem?.mine ?? operation.fields;
  // Written down first: between the two there is one too many, never none.
  await enqueue({ ...change, fields, base_seq: seq ?? null }, { about, list });
  await (await myDatabase())?.delete("operations", /** @type {number} */ (n));
  announce("outbox");
}
