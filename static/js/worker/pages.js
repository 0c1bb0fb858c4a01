// Pages: the server's, and where none comes, what the device has.

import { hasPage, isOnlyHere } from "../offline/has-page.js";
import { pageAt } from "../offline/page-at.js";
import { shell } from "./shell.js";

/** Milliseconds until what is on the device is shown instead of a page that does not come. */
const PATIENCE = 400;

/** … of which the device has nothing: until that is said. The page opens when the server answers. */
const LONGEST = 4000;

/** Of a server behind a proxy, while it is away. */
const GATEWAY = new Set([502, 503, 504]);

/**
 * A page: the server's, unless it does not come. Where the device has the page, it is shown after
 * PATIENCE. Whatever the server says is passed on: a log-in, or that one may not see this, is an answer.
 * @param {any} event @param {string} path
 */
export async function page(event, path) {
  const fromNetwork = fetch(event.request);
  fromNetwork.catch(() => {}); // it may fail before, or after, anybody waits for it
  try {
    const first = await Promise.race([fromNetwork, after(PATIENCE)]);
    if (first) return (await isNone(first, path)) ? await shell() : first;
    if (await hasPage(path)) return await shell();
    // Other addresses may be files, which may take long to begin.
    if (!pageAt(path)) return await fromNetwork;
    return (await Promise.race([fromNetwork, after(LONGEST - PATIENCE)])) ?? (await shell());
  } catch {
    return shell();
  }
}

/** What answered is not the server, or knows nothing of a playlist that was made here.
 * @param {Response} answer @param {string} path */
async function isNone({ status }, path) {
  if (status === 404) return isOnlyHere(path);
  return GATEWAY.has(status) && hasPage(path);
}

/** @param {number} milliseconds @returns {Promise<null>} */
function after(milliseconds) {
  return new Promise((done) => setTimeout(() => done(null), milliseconds));
}
