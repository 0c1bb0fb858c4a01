// Finding tracks by the beginnings of words, without accents and case. It needs no page and no database:
// a test calls it directly.

/** @typedef {import("../playlists/shapes.js").Track} Track */

const WORDS_AT_MOST = 12; // of a question, as the server does it

// Letters that have no accent to leave out, and that people type as others.
/** @type {Record<string, string>} */
const ALSO = { ß: "ss", ø: "o", æ: "ae", œ: "oe", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i" };
const ODD = new RegExp(`[${Object.keys(ALSO).join("")}]`, "g");

/** A text without accents and case. @param {string} text */
export function fold(text) {
  return text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(ODD, (letter) => ALSO[letter]);
}

/** @param {string} text @returns {string[]} */
export function words(text) {
  return fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Words as one text in which each begins after a space. @param {string[]} parts */
function line(...parts) {
  return ` ${words(parts.join(" ")).join(" ")}`;
}

/** Tracks that were made ready to be searched, once. @template {Track} T */
export class Finder {
  /** @param {T[]} tracks in the order in which they are answered where nothing is asked */
  constructor(tracks) {
    this.entries = tracks.map((track) => ({
      track,
      title: line(track.title),
      both: line(track.title, track.artist),
      all: line(track.title, track.artist, track.album ?? "", track.genre ?? ""),
    }));
  }

  /**
   * Tracks that have words that begin so, all of them: best first, which is where the title begins so,
   * then the title, then title and artist, then the rest.
   * @param {string} text @param {number} [limit]
   * @returns {T[]}
   */
  find(text, limit = Number.POSITIVE_INFINITY) {
    const asked = words(text).slice(0, WORDS_AT_MOST);
    if (!asked.length) return [];
    const beginnings = asked.map((word) => ` ${word}`);
    const whole = beginnings.join("");
    /** @type {T[][]} */
    const found = [[], [], [], []];
    for (const { track, title, both, all } of this.entries) {
      const holds = (/** @type {string} */ text) => beginnings.every((one) => text.includes(one));
      if (!holds(all)) continue;
      const place = title.startsWith(whole) ? 0 : holds(title) ? 1 : holds(both) ? 2 : 3;
      found[place].push(track);
    }
    return found.flat().slice(0, limit);
  }
}
