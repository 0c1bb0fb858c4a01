// Covers: from this device, else from the network.

import { COVER_CACHE } from "../offline/chunks.js";
import { isMine } from "../offline/references.js";

/** What a copy needs and is not here (somebody cleared it, or the browser did) is kept as it passes.
 * @param {Request} request */
export async function cover(request) {
  const { pathname } = new URL(request.url);
  if (!(await isMine("covers", pathname))) return fetch(request);
  const cache = await caches.open(COVER_CACHE);
  const here = await cache.match(request);
  if (here) return here;
  const passed = await fetch(request);
  if (passed.ok) await cache.put(request, passed.clone()).catch(noted);
  return passed;
}

/** It is shown all the same. @param {unknown} error */
function noted(error) {
  console.info("A cover was not kept.", error);
}
