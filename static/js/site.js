// Where the app is served, also under a path prefix: for pages by their <meta>, for the worker by its
// scope.

/** The path of the home page, with a slash at its end. */
export const ROOT = findRoot();

function findRoot() {
  // A worker has no document, and not even the names of its elements.
  const told = globalThis.document?.querySelector("meta[name=jam-root]")?.getAttribute("content");
  if (told) return new URL(told, location.origin).pathname;
  const registration = /** @type {any} */ (globalThis).registration;
  return registration ? new URL(registration.scope).pathname : "/";
}

/**
 * @param {string} path without a slash in front
 */
export function address(path) {
  return ROOT + path;
}

/** A path of this site as the app's own: "/jamboree/playlists/1" is "playlists/1".
 * @param {string} pathname
 */
export function withinApp(pathname) {
  return pathname.startsWith(ROOT) ? pathname.slice(ROOT.length) : pathname.replace(/^\//, "");
}

/** Who is logged in, as the page says; null on a page that is nobody's (the shell, the log-in).
 * @returns {{id: string, name: string} | null}
 */
export function personOnPage() {
  const meta = document.querySelector("meta[name=jam-person]");
  if (!(meta instanceof HTMLMetaElement)) return null;
  return { id: meta.content, name: meta.dataset.name ?? "" };
}

/** Whom the shell was opened for. @type {{id: string, name: string} | null} */
let shownTo = null;

/** The shell holds nobody's data: it shows what is on the device, to who is here when it opens.
 * @param {{id: string, name: string} | null} one */
export function showTo(one) {
  shownTo = one;
}

/** Whose things this page shows; null where it shows nobody's. */
export function personShown() {
  return personOnPage() ?? shownTo;
}
