// A person's week of listening, played through the planner that devices use
// (static/js/offline/eviction-plan.js): how many plays are on the device when they begin, and how many
// bytes come over the network. Printed as JSON; the model is described in docs/benchmarks.md.

import { mayKeep, whatGoes } from "../../static/js/offline/eviction-plan.js";

const MB = 1_000_000;
const BUDGET = 500 * MB; // room.js
const AHEAD = 3; // player/on-device.js
const SETTLED = 0.02; // of a track, after which others are fetched ahead: 5 seconds of 4 minutes
const THROUGH = 0.8;
const SMALL = 0.4; // of an original's bytes, 96 kbit/s against 240

/** Numbers from 0 to 1 that begin with a seed (mulberry32). @param {number} seed */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** @typedef {{id: string, bytes: number}} Song */
/** @typedef {{song: Song, heard: number, coming: Song[], metered: boolean}} Play */

/**
 * What a person plays in so many weeks: 14 sessions each, of 6 to 20 tracks. A library of 3,000 songs of 3
 * to 12 MB; eight playlists of 40 with a third of their songs in common, three of which they love.
 * Half of the sessions are a playlist from some place on, a fifth of them shuffled; a quarter are
 * favourites picked one by one, which can't be foreseen (by Zipf among 200); a quarter are an album or a
 * search never heard before, of 10 songs. One in five tracks is skipped, most of them early.
 * @param {() => number} random @param {number} weeks
 * @param {number} metered the share of sessions over a connection that is dear, where nothing is fetched ahead
 * @returns {{plays: Play[][], loved: Set<Song>}} by week; and what is in the playlists they love
 */
function listening(random, weeks, metered) {
  const between = (/** @type {number} */ low, /** @type {number} */ high) =>
    low + Math.floor(random() * (high - low + 1));
  const library = Array.from({ length: 3000 }, (_, number) => ({
    id: String(number),
    bytes: Math.floor((3 + 9 * random() ** 1.5) * MB),
  }));
  const anyOf = (/** @type {Song[]} */ songs, /** @type {number} */ count) =>
    Array.from({ length: count }, () => songs[between(0, songs.length - 1)]);
  const common = library.slice(0, 60);
  const playlists = Array.from({ length: 8 }, (_, number) => [
    ...new Set([...anyOf(common, 13), ...library.slice(100 + number * 27, 127 + number * 27)]),
  ]);
  const favourites = library.slice(0, 200);
  const zipf = favourites.map((_, rank) => 1 / (rank + 1));
  const whole = zipf.reduce((sum, weight) => sum + weight, 0);
  const favourite = () => {
    let at = random() * whole;
    return favourites[zipf.findIndex((weight) => (at -= weight) <= 0)] ?? favourites[0];
  };
  let unheard = 1000;
  const session = () => {
    const count = between(6, 20);
    const kind = random();
    /** @type {Song[]} */
    let songs = [];
    if (kind < 0.5) {
      const list = playlists[random() < 0.7 ? between(0, 2) : between(3, 7)];
      const from = between(0, list.length - 1);
      songs = [...list.slice(from), ...list.slice(0, from)].slice(0, count);
      if (random() < 0.2) songs = [...songs].sort(() => random() - 0.5);
    } else if (kind < 0.75) {
      songs = Array.from({ length: count }, favourite);
    } else {
      songs = library.slice(unheard, unheard + 10);
      unheard = 1000 + ((unheard - 990) % 1990);
    }
    const isForeseen = kind < 0.5 || kind >= 0.75;
    const isMetered = random() < metered;
    return songs.map((song, at) => {
      const isSkipped = random() < 0.2;
      const early = random() < 0.7 ? random() * 0.15 : random() * 0.75;
      const coming = isForeseen ? songs.slice(at + 1, at + 1 + AHEAD) : [];
      return { song, heard: isSkipped ? early : 1, coming, metered: isMetered };
    });
  };
  const plays = Array.from({ length: weeks }, () => Array.from({ length: 14 }, session).flat());
  return { plays, loved: new Set(playlists.slice(0, 3).flat()) };
}

/** A device as the app treats it: pieces are kept as they pass, what is left early makes place. */
class Device {
  /** @type {Map<string, {sha256: string, bytes: number, complete: boolean, lastUsed: number}>} */
  files = new Map();
  now = 0;
  fetched = 0;

  /** @param {boolean} isAhead what comes is fetched ahead @param {Iterable<Song>} along what was taken
   * along, as small renditions */
  constructor(isAhead, along) {
    this.isAhead = isAhead;
    this.along = new Set([...along].map(({ id }) => id));
    this.pinned = [...along].reduce((sum, { bytes }) => sum + bytes * SMALL, 0);
  }

  get used() {
    return [...this.files.values()].reduce((sum, { bytes }) => sum + bytes, this.pinned);
  }

  /** @param {Song} song */
  #take(song) {
    this.fetched += song.bytes;
    const room = { budget: BUDGET, used: this.used, pinned: this.pinned, evicts: true };
    const { fits, needed } = mayKeep(song.bytes, room);
    if (!fits) return;
    const how = { needed, pinned: new Set(), inUse: new Set([song.id]) };
    for (const { sha256 } of whatGoes([...this.files.values()], how)) this.files.delete(sha256);
    const file = { sha256: song.id, bytes: song.bytes, complete: true, lastUsed: this.now };
    this.files.set(song.id, file);
  }

  /** @param {Play} play @returns {boolean} whether it was here */
  play({ song, heard, coming, metered }) {
    this.now += 1;
    const isAlong = this.along.has(song.id);
    const isHit = isAlong || this.files.has(song.id);
    if (isHit) {
      const file = this.files.get(song.id);
      if (file) file.lastUsed = this.now;
    } else if (heard >= THROUGH) {
      this.#take(song);
    } else {
      // What came of it, and what the browser has read ahead by then, goes again.
      this.fetched += song.bytes * Math.min(1, heard + 0.3);
    }
    if (this.isAhead && !metered && heard > SETTLED) {
      for (const next of coming) {
        if (!this.files.has(next.id) && !this.along.has(next.id)) this.#take(next);
      }
    }
    return isHit;
  }
}

/** @typedef {{isAhead: boolean, metered?: number, takesAlong?: boolean}} Habits */

/** The fourth week of somebody. @param {number} seed @param {Habits} habits */
function aWeek(seed, { isAhead, metered = 0, takesAlong = false }) {
  const { plays, loved } = listening(randomFrom(seed), 4, metered);
  const device = new Device(isAhead, takesAlong ? loved : []);
  for (const play of plays.slice(0, 3).flat()) device.play(play);
  device.fetched = 0;
  let hits = 0;
  let most = 0;
  for (const play of plays[3]) {
    hits += Number(device.play(play));
    most = Math.max(most, device.used);
  }
  return { hits, plays: plays[3].length, fetched: device.fetched, most };
}

/** A hundred people. @param {Habits} habits */
function people(habits) {
  const all = Array.from({ length: 100 }, (_, seed) => aWeek(seed + 1, habits));
  const shares = all.map(({ hits, plays }) => (100 * hits) / plays).sort((a, b) => a - b);
  const sum = (/** @type {(one: typeof all[0]) => number} */ of) =>
    all.reduce((total, one) => total + of(one), 0);
  return {
    percent: (100 * sum(({ hits }) => hits)) / sum(({ plays }) => plays),
    worst_tenth: shares[9],
    fetched_mb: sum(({ fetched }) => fetched) / all.length / MB,
    over_budget: all.filter(({ most }) => most > BUDGET).length,
  };
}

console.log(
  JSON.stringify({
    ahead: people({ isAhead: true }),
    alone: people({ isAhead: false }),
    metered: people({ isAhead: true, metered: 0.2 }),
    along: people({ isAhead: true, metered: 0.2, takesAlong: true }),
  }),
);
