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
 * What the order goes by besides the items: what plays, since when the list is played through, and
 * how many turns each person had.
 * @typedef {object} So
 * @property {string | null} id
 * @property {string | null} [round_since]
 * @property {Record<string, import("./shapes.js").Turns>} [turns]
 */

/**
 * Items in the order shown: by rank; by votes, or in turns, with what plays on top.
 * @param {Iterable<Item>} items
 * @param {string} mode
 * @param {So} room
 */
export function sorted(items, mode, room) {
  if (mode === "fair") return inTurns([...items], room);
  if (mode !== "votes") return [...items].sort(byRank);
  return [...items].sort(
    (a, b) => Number(b.id === room.id) - Number(a.id === room.id) || byVotes(a, b),
  );
}

/** @param {Item[]} items @param {So} room */
function inTurns(items, room) {
  const turns = turnsOf(items, room);
  const key = (/** @type {Item} */ item) => {
    const turn = turns.get(item.id);
    if (turn) return { group: 1, turn: turn.number, at: turn.last };
    return { group: item.id === room.id ? 0 : 2, turn: 0, at: item.played_at ?? "" };
  };
  const keys = new Map(items.map((item) => [item.id, key(item)]));
  return items.sort((a, b) => {
    const [x, y] = [keys.get(a.id), keys.get(b.id)];
    if (!x || !y) return 0;
    return (
      x.group - y.group ||
      x.turn - y.turn ||
      compare(x.at, y.at) ||
      compare(a.added_at, b.added_at) ||
      compare(a.id, b.id)
    );
  });
}

/**
 * The turn of each item that waits: how many its adder has had, and its place among theirs.
 * @param {Item[]} items @param {So} room
 * @returns {Map<string, {number: number, had: number, place: number, last: string}>} by its id
 */
export function turnsOf(items, { id, round_since = null, turns = {} }) {
  const waiting = items.filter((item) => item.id !== id && !wasPlayed(item, round_since));
  /** @type {Map<string, number>} */
  const places = new Map();
  return new Map(
    waiting.sort(byVotes).map((item) => {
      const adder = item.added_by.id;
      const place = (places.get(adder) ?? 0) + 1;
      places.set(adder, place);
      const { turns: had = 0, last = "" } = turns[adder] ?? {};
      return [item.id, { number: had + place, had, place, last }];
    }),
  );
}

/** Whether it was played since the list is being played through.
 * @param {Item} item @param {string | null | undefined} since */
export function wasPlayed({ played_at }, since) {
  return Boolean(played_at && since && played_at >= since);
}

/** Whether the order follows from votes and turns, so that nobody can move a song.
 * @param {string | undefined} mode */
export function ordersItself(mode) {
  return mode === "votes" || mode === "fair";
}

/**
 * What is played after `current`, as the server decides it (room.py): by rank the one behind it, by
 * votes or in turns the first of those not played since `since`. What this device played itself (`heard`) does not
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
  if (!ordersItself(mode)) return shown.slice(shown.findIndex((item) => item.id === current) + 1);
  return shown.filter(
    (item) => item.id !== current && !heard.has(item.id) && !wasPlayed(item, since),
  );
}
