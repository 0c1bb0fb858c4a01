// What the device does about what plays: says that it is in use, counts whether it was here, keeps what was
// played through, and fetches what comes next.

import { fetchAhead } from "../offline/ahead.js";
import { kept } from "../offline/chunks.js";
import { count } from "../offline/counts.js";
import { use } from "../offline/in-use.js";
import { isHere, leftEarly, playedThrough } from "../offline/unpinned.js";
import { ordersItself } from "../playlists/order.js";
import { fileFor } from "./playable.js";

/** @typedef {import("./jam-player.js").JamPlayer} JamPlayer */
/** @typedef {import("../playlists/shapes.js").Track} Track */

const COMING = 3; // tracks that are fetched ahead
const COMING_BY_VOTES = 2; // as the votes may still change all others
const SETTLED = 5; // seconds that something must have played before others are fetched
const THROUGH = 0.8; // of a track
const EARLY = 0.5;
const LAST_STEP = 0.5; // seconds between the last report of the position and the end

/**
 * One play of one file.
 * @typedef {object} Play
 * @property {string} sha256
 * @property {Track} track
 * @property {number} seconds of it that were heard
 * @property {Promise<boolean>} isHit it was on this device when it began
 * @property {() => void} end it is no longer in use
 */

export class OnDevice {
  /** @type {Play | null} */
  #play = null;
  /** What is fetched ahead, and until when. @type {{key: string, stop: AbortController} | null} */
  #ahead = null;

  /** @param {JamPlayer} player */
  constructor(player) {
    this.player = player;
    const { audio } = player.sound;
    audio.addEventListener("loadstart", () => this.#begins());
    audio.addEventListener("timeupdate", () => this.#sounds());
    audio.addEventListener("ended", () => this.#closes(true));
    player.addEventListener("jam:coming", () => this.#looksAhead());
  }

  #begins() {
    const { sound } = this.player;
    const sha256 = hashIn(sound.audio.src);
    if (this.#play && this.#play.sha256 === sha256) return; // begun anew after a failure
    this.#closes(false);
    if (!sha256 || !sound.track) return;
    const isHit = isHere(sha256).catch(() => false); // without IndexedDB nothing is
    isHit.then((is) => count(is ? { hits: 1 } : { misses: 1 })).catch(() => {});
    this.#play = { sha256, track: sound.track, seconds: 0, isHit, end: use(sha256) };
  }

  #sounds() {
    const { hearing } = this.player;
    if (!this.#play || hearing.heard?.track !== this.#play.track.id) return;
    this.#play.seconds = hearing.heard.seconds;
    this.#looksAhead();
  }

  /** @param {boolean} isAtEnd */
  #closes(isAtEnd) {
    const play = this.#play;
    this.#play = null;
    if (!play) return;
    const length = play.track.duration_seconds || Number.POSITIVE_INFINITY;
    const share = Math.min(1, (play.seconds + (isAtEnd ? LAST_STEP : 0)) / length);
    settle(play, share).catch((error) => console.info("It was not kept.", error));
  }

  /** Once what plays goes well. */
  #looksAhead() {
    const { programme, sound } = this.player;
    if (!programme || programme.mode === "watching" || sound.isPaused) return;
    if (!this.#play || this.#play.seconds < SETTLED) return;
    const isVoted = ordersItself(programme.room?.model.playlist.order_mode);
    const tracks = programme.upcoming().map(({ track }) => track);
    const coming = tracks.slice(0, isVoted ? COMING_BY_VOTES : COMING).flatMap((track) => {
      const file = track.audio && fileFor(track.audio, (type) => sound.audio.canPlayType(type));
      return file ? [{ sha256: file.sha256, track }] : [];
    });
    const key = coming.map(({ sha256 }) => sha256).join();
    if (this.#ahead?.key === key) return;
    this.#ahead?.stop.abort();
    this.#ahead = { key, stop: new AbortController() };
    fetchAhead(coming, this.#ahead.stop.signal).catch((error) =>
      console.info("It was not fetched ahead.", error),
    );
  }
}

/** A play is over. @param {Play} play @param {number} share of it that was heard */
async function settle({ sha256, track, isHit, end }, share) {
  try {
    const size = (await kept(sha256))?.size ?? 0;
    if (await isHit) await count({ saved: size * share });
    if (share >= THROUGH) await playedThrough(sha256, track);
  } finally {
    end();
  }
  if (share < EARLY && !(await isHit)) await leftEarly(sha256);
}

/** The hash of the file that an address is of. @param {string} url */
function hashIn(url) {
  return url.match(/\/audio\/([0-9a-f]{64})(?:[?#]|$)/)?.[1] ?? "";
}
