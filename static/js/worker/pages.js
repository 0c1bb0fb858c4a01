// Pages: the server's, and where none comes, what the device has.

import { copy } from "../offline/copies.js";
import { person } from "../offline/database.js";
import { shell } from "./shell.js";

/** Milliseconds until what is on the device is shown instead of a page that does not come. */
const PATIENCE = 400;

/**
 * A page: the server's, unless it does not come. Where the device has the page, it is shown after
 * PATIENCE; everything else waits for the network as long as that takes.
 * @param {any} event @param {string} path
 */
export async function page(event, path) {
  const fromNetwork = fetch(event.request);
  fromNetwork.catch(() => {}); // it may fail before, or after, anybody waits for it
  const isHere = await hasPage(path);
  try {
    if (!isHere) return await fromNetwork;
    const late = new Promise((done) => setTimeout(done, PATIENCE));
    const first = await Promise.race([fromNetwork, late]);
    if (first) return first;
    return await shell();
  } catch {
    return shell();
  }
}

/** Whether the device can show a page by itself. @param {string} path */
async function hasPage(path) {
  if (!(await person())) return false;
  if (["", "downloads", "sync"].includes(path)) return true;
  const [, id] = path.match(/^playlists\/([^/]+)$/) ?? [];
  return Boolean(id && (await copy(id)));
}
