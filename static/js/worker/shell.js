// The app's own files, and the one page that opens without network.

import { ASSETS, VERSION } from "../assets.js";
import { address } from "../site.js";

const PREFIX = "jamboree-shell-";
const SHELL = `${PREFIX}${VERSION}`;
const SHELL_PAGE = address("offline-shell");

/** Keep the shell and everything it needs; all of it, or the old version stays. */
export async function install() {
  const cache = await caches.open(SHELL);
  const files = ASSETS.map((path) => address(`static/${VERSION}/${path}`));
  const own = [...files, address(`static/${VERSION}/js/assets.js`), SHELL_PAGE];
  await Promise.all(
    own.map(async (url) => {
      // As nobody: the shell must hold nobody's data.
      const response = await fetch(url, { credentials: "omit", cache: "no-cache" });
      if (!response.ok) throw new Error(`${url}: ${response.status}`);
      await cache.put(url, response);
    }),
  );
}

/** Only caches with our own prefix, and of older versions, go; audio and covers stay. So does the version
 * before: tabs may still run it, and import a part of it when there is no network. */
export async function tidy() {
  const names = await caches.keys(); // the oldest first
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== SHELL);
  await Promise.all(old.slice(0, -1).map((name) => caches.delete(name)));
}

/** @param {Request} request */
export async function file(request) {
  const cache = await caches.open(SHELL);
  return (await cache.match(request)) ?? (await ofVersionBefore(request)) ?? fetch(request);
}

/** A version is part of the address of its files: none is mistaken for another's.
 * @param {Request} request */
async function ofVersionBefore(request) {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX) || name === SHELL) continue;
    const found = await caches.match(request, { cacheName: name });
    if (found) return found;
  }
  return undefined;
}

/** The page that shows what is on the device; it holds nobody's data. */
export async function shell() {
  const cache = await caches.open(SHELL);
  return (await cache.match(SHELL_PAGE)) ?? Response.error();
}
