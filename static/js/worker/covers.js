// Covers: from this device, else from the network.

import { COVER_CACHE } from "../offline/chunks.js";
import { isMine } from "../offline/references.js";

/** @param {Request} request */
export async function cover(request) {
  const cache = await caches.open(COVER_CACHE);
  const here = await cache.match(request);
  const { pathname } = new URL(request.url);
  return here && (await isMine("covers", pathname)) ? here : fetch(request);
}
