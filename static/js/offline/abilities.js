// What this browser can't do here, and why: no HTTPS, no worker, no place to keep things. The app works
// online without any of it.

/**
 * https: the page came over plain HTTP, where browsers keep no music; worker, music: this browser, or this
 * kind of window, has none of it; storage: pages may keep nothing (a private window, blocked cookies).
 * @typedef {"https" | "worker" | "music" | "storage"} Missing
 */

/** @returns {Promise<Missing[]>} nothing, where a playlist can be taken along */
export async function missing() {
  /** @type {Missing[]} */
  const found = [];
  if (!isSecureContext) found.push("https");
  else {
    if (!("serviceWorker" in navigator)) found.push("worker");
    if (!("caches" in globalThis) || !(await canOpenCache())) found.push("music");
  }
  if (!(await canKeep())) found.push("storage");
  return found;
}

async function canOpenCache() {
  try {
    await caches.has("jamboree-audio-1"); // refused where cookies are blocked
    return true;
  } catch {
    return false;
  }
}

/** Whether a database can be opened: some private windows have the interface, and refuse. */
async function canKeep() {
  try {
    const { deviceDatabase } = await import("./database.js");
    await deviceDatabase();
    return true;
  } catch (error) {
    // A database that is damaged, or held by another tab, is mended; it is not missing.
    return !["missing", "refused"].includes(/** @type {any} */ (error).trouble);
  }
}
