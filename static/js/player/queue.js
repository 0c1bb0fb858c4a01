// What comes next for who listens for themselves: what was asked for, then the rest of a list, in its
// order or shuffled. Needs no page: a test calls it directly.

import { shuffled } from "./shuffle.js";

/** @typedef {import("../playlists/shapes.js").Track} Track */

/**
 * A track in the queue. Two of the same track have two keys.
 * @typedef {object} Entry
 * @property {string} key
 * @property {Track} track
 * @property {import("../playlists/shapes.js").Person} [added_by]
 */

/** @typedef {"off" | "all" | "one"} Repeat */

const PAST_KEPT = 200;

let asked = 0;

/** A track as an entry of its own. @param {Track} track @returns {Entry} */
export function entry(track) {
  asked += 1;
  return { key: `${track.id}+${asked}`, track };
}

/** @param {Entry} one */
const artistOf = (one) => one.track.artist;

export class Queue {
  /** What was played, oldest first. @type {Entry[]} */
  past = [];
  /** @type {Entry | null} */
  current = null;
  /** What was put in front by hand; it comes first. @type {Entry[]} */
  asked = [];
  /** What else comes of the list. @type {Entry[]} */
  rest = [];
  /** The list, in its own order. @type {Entry[]} */
  source = [];
  /** @type {Repeat} */
  repeat = "off";
  isShuffled = false;
  /** What comes of the list was put in order by hand, and keeps that. */
  isArranged = false;
  /** The list decides anew what is left (by votes): what was heard does not come again. */
  isVoted = false;

  /** @param {() => number} [random] */
  constructor(random = Math.random) {
    this.random = random;
  }

  /** Play a list, from one of it; shuffled, from any. What was asked for stays.
   * @param {Entry[]} source @param {string | null} [key] */
  load(source, key = null) {
    this.source = [...source];
    this.past = [];
    this.isArranged = false;
    const chosen = source.find((one) => one.key === key);
    if (this.isShuffled && !chosen) {
      this.rest = this.#mixed(source);
      this.current = this.rest.shift() ?? null;
    } else {
      this.current = chosen ?? source[0] ?? null;
      this.#orderRest();
    }
    return this.current;
  }

  /** The list changed: what is on goes on, what is gone comes no more, what is new comes.
   * @param {Entry[]} source */
  follow(source) {
    const known = new Set(this.source.map(({ key }) => key));
    const there = new Map(source.map((one) => [one.key, one]));
    this.source = [...source];
    if (!this.isShuffled && !this.isArranged) {
      this.#orderRest();
      return;
    }
    this.rest = this.rest.flatMap(({ key }) => there.get(key) ?? []);
    for (const one of source) {
      if (known.has(one.key) || one.key === this.current?.key) continue;
      const anywhere = Math.floor(this.random() * (this.rest.length + 1));
      this.rest.splice(this.isShuffled ? anywhere : this.rest.length, 0, one);
    }
  }

  /** Everything that comes, next first. */
  get upcoming() {
    return [...this.asked, ...this.rest];
  }

  /**
   * Go on. By itself, one that is repeated begins again; by hand, the next one comes. At the end nothing
   * does, and what is on stays.
   * @param {{byHand?: boolean}} [how] @returns {Entry | null}
   */
  next({ byHand = false } = {}) {
    if (this.repeat === "one" && !byHand && this.current) return this.current;
    let following = this.asked.shift() ?? this.rest.shift() ?? null;
    if (!following && this.repeat === "all" && this.source.length) {
      this.rest = this.isShuffled ? this.#mixed(this.source) : [...this.source];
      this.past = [];
      following = this.rest.shift() ?? null;
    } else if (following && this.current) {
      this.past.push(this.current);
      if (this.past.length > PAST_KEPT) this.past.shift();
    }
    if (following) this.current = following;
    return following;
  }

  /** Back to what was played before; null at the beginning. @returns {Entry | null} */
  previous() {
    let before = this.past.pop() ?? null;
    if (!before && !this.isShuffled) {
      const at = this.source.findIndex(({ key }) => key === this.current?.key);
      before = this.source[at - 1] ?? null;
    }
    if (!before) return null;
    if (this.current) this.rest.unshift(this.current);
    this.current = before;
    return before;
  }

  /** @param {Track[]} tracks */
  playNext(tracks) {
    this.asked.unshift(...tracks.map(entry));
  }

  /** @param {Track[]} tracks */
  add(tracks) {
    this.asked.push(...tracks.map(entry));
  }

  /** @param {string} key */
  remove(key) {
    this.asked = this.asked.filter((one) => one.key !== key);
    this.rest = this.rest.filter((one) => one.key !== key);
    this.isArranged = true;
  }

  /** Put one at a 0-based place of what comes. Above what was asked for, it is asked for.
   * @param {string} key @param {number} to */
  move(key, to) {
    const list = this.upcoming;
    const from = list.findIndex((one) => one.key === key);
    if (from < 0) return;
    const wasAsked = from < this.asked.length;
    const [one] = list.splice(from, 1);
    list.splice(to, 0, one);
    const isAsked = to < this.asked.length || (wasAsked && to === this.asked.length);
    const count = this.asked.length + Number(isAsked) - Number(wasAsked);
    this.asked = list.slice(0, count);
    this.rest = list.slice(count);
    this.isArranged = true;
  }

  /** Nothing comes any more. */
  clear() {
    this.asked = [];
    this.rest = [];
    this.isArranged = true;
  }

  /** @param {boolean} isShuffled */
  shuffle(isShuffled) {
    this.isShuffled = isShuffled;
    this.isArranged = false;
    if (isShuffled) {
      const gone = new Set([...this.past, this.current].map((one) => one?.key));
      this.rest = this.#mixed(this.source.filter(({ key }) => !gone.has(key)));
    } else {
      this.#orderRest();
    }
  }

  /** What comes of the list in its own order: what stands behind, or what was not heard yet. */
  #orderRest() {
    if (this.isVoted) {
      const heard = new Set([...this.past, this.current].map((one) => one?.key));
      this.rest = this.source.filter(({ key }) => !heard.has(key));
      return;
    }
    const from = [this.current, ...this.past.toReversed()];
    const last = from.find((one) => this.source.some(({ key }) => key === one?.key));
    this.rest = this.source.slice(this.source.findIndex(({ key }) => key === last?.key) + 1);
  }

  /** @param {Entry[]} list */
  #mixed(list) {
    const after = this.current?.track.artist ?? null;
    return shuffled(list, artistOf, { after, random: this.random });
  }
}
