// Which pages this device can show by itself; asked by the worker at a start, and by pages that follow a
// link.

import { copy } from "./copies.js";
import { person } from "./database.js";
import { trackHere } from "./on-device.js";
import { queue } from "./outbox.js";
import { pageAt } from "./page-at.js";

const OF_COPIES = new Set(["thread", "snapshots"]);

/** Whether the device has something to show at a path, for who is here. @param {string} path */
export async function hasPage(path) {
  const at = pageAt(path);
  // What was shared to the app is for the server to look at: kept only where that fails.
  if (!at || at.name === "share" || !(await person())) return false;
  if (OF_COPIES.has(at.name)) return Boolean(await copy(at.id));
  if (at.name === "playlist") return hasPlaylist(at.id);
  if (at.name !== "track") return true;
  return Boolean(await trackHere(at.id));
}

/** A copy, or one that was made here and waits to be sent. @param {string} id */
async function hasPlaylist(id) {
  return Boolean(await copy(id)) || isDraft(id);
}

/** Whether a playlist was made on this device and the server does not have it. @param {string} id */
export async function isDraft(id) {
  return (await queue()).some(
    ({ operation }) => operation.kind === "create" && operation.playlist === id,
  );
}

/** Whether a page that the server says is not there is one that only this device has.
 * @param {string} path within the app */
export async function isOnlyHere(path) {
  const at = pageAt(path);
  return at?.name === "playlist" && isDraft(at.id).catch(() => false);
}
