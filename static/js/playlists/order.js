// The order of a list, as the server sorts it (playlist_app/playlists/order.py).

/** @typedef {import("./shapes.js").Item} Item */

/** Ranks are compared byte by byte; they are ASCII, so JavaScript's own comparison is that.
 * @param {string} a @param {string} b */
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** @param {Item} a @param {Item} b */
function byRank(a, b) {
  return compare(a.rank, b.rank);
}

/** @param {Item} a @param {Item} b */
function byVotes(a, b) {
  return b.votes - a.votes || compare(a.added_at, b.added_at) || compare(a.id, b.id);
}

/**
 * Items in the order shown: by rank, or by votes with what plays on top.
 * @param {Iterable<Item>} items
 * @param {string} mode
 * @param {string | null} playing the id of what plays
 */
export function sorted(items, mode, playing) {
  if (mode !== "votes") return [...items].sort(byRank);
  return [...items].sort(
    (a, b) => Number(b.id === playing) - Number(a.id === playing) || byVotes(a, b),
  );
}

/**
 * What is played after `current`, as the server decides it (room.py): by rank the one behind it, by
 * votes the best of those not played since `since`. What this device played itself (`heard`) does not
 * come again either, where the server is not told: without network, or for oneself.
 * @param {Item[]} shown in the order shown
 * @param {string} mode
 * @param {{current: string | null, since?: string | null, heard?: Set<string>}} so since: ISO 8601
 * @returns {Item | null}
 */
export function following(shown, mode, so) {
  return allFollowing(shown, mode, so)[0] ?? null;
}

/** Everything that comes after, as the list stands now: `following`, of all.
 * @param {Item[]} shown
 * @param {string} mode
 * @param {{current: string | null, since?: string | null, heard?: Set<string>}} so
 */
export function allFollowing(shown, mode, { current, since = null, heard = new Set() }) {
  if (mode !== "votes") return shown.slice(shown.findIndex((item) => item.id === current) + 1);
  const wasPlayed = (/** @type {Item} */ { played_at }) =>
    Boolean(played_at && since && played_at >= since);
  return shown.filter((item) => item.id !== current && !heard.has(item.id) && !wasPlayed(item));
}
