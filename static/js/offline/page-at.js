// Which of the pages that a device can show stands at an address.

/** @typedef {{name: string, id: string}} At */

const FIXED = /** @type {Record<string, string>} */ ({
  "": "home",
  library: "library",
  downloads: "downloads",
  sync: "sync",
  you: "you",
  "you/history": "history",
  share: "share",
});

/** Which page stands at a path; null: none that a device could show.
 * @param {string} path within the app @returns {At | null} */
export function pageAt(path) {
  const name = FIXED[path];
  if (name) return { name, id: "" };
  const [, list, page] = path.match(/^playlists\/([^/]+)\/(thread|snapshots)$/) ?? [];
  if (list) return { name: page, id: list };
  const [, kind, id] = path.match(/^(playlists|library)\/([^/]+)$/) ?? [];
  if (!id) return null;
  return { name: kind === "playlists" ? "playlist" : "track", id };
}
