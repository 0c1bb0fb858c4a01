// The sound: the one <audio> element for good, and what is tried when a source fails.

import { SignedOut, Unreachable } from "../api.js";
import { announce } from "../offline/database.js";
import { hashIn, intact, keepTrue, passOver, urlHere } from "../offline/sources.js";
import { fileFor } from "./playable.js";
import { made, NotMade } from "./rendition.js";
import { keepGoing } from "./stuck.js";

/** @typedef {import("../playlists/shapes.js").Track} Track */

/**
 * Fires `ended`, `time` (the position or the length is another), `playing` (it sounds, or no longer
 * does), `preparing` (what this browser can play is being made, and will begin by itself), and
 * `failed` with `detail: {reason}`: "no_audio", "broken", "format" or "missing".
 */
export class Sound extends EventTarget {
  /** What was begun anew after a failure, once. @type {string | null} */
  #resumed = null;
  /** What is on. @type {Track | null} */
  track = null;
  /** Until the rendition is made that it waits for. @type {AbortController | null} */
  #waiting = null;
  /** For which a rendition was asked after its original failed, once. @type {string | null} */
  #instead = null;
  /** The address on this device that plays now; null: it comes over the network. @type {string | null} */
  #here = null;
  #rate = 1;

  /** @param {HTMLAudioElement} audio */
  constructor(audio) {
    super();
    this.audio = audio;
    keepTrue();
    keepGoing(audio);
    const tell = (/** @type {string} */ type) => () => this.dispatchEvent(new CustomEvent(type));
    audio.addEventListener("ended", tell("ended"));
    for (const type of ["timeupdate", "durationchange"]) audio.addEventListener(type, tell("time"));
    for (const type of ["play", "pause"]) audio.addEventListener(type, tell("playing"));
    audio.addEventListener("error", () => this.#failed());
  }

  #canPlay = (/** @type {string} */ type) => this.audio.canPlayType(type);

  get isPaused() {
    return this.audio.paused;
  }

  get second() {
    return this.audio.currentTime;
  }

  set second(second) {
    this.audio.currentTime = second;
  }

  /** Of what is on: what the library says. It has counted the samples, where browsers estimate. */
  get length() {
    const { duration } = this.audio;
    return this.track?.duration_seconds ?? (Number.isFinite(duration) ? duration : 0);
  }

  /** What is on is being made playable; it begins by itself. */
  get isPreparing() {
    return this.#waiting !== null;
  }

  get rate() {
    return this.#rate;
  }

  /** How fast it goes; voices keep their pitch. */
  set rate(rate) {
    this.#rate = rate;
    const { audio } = this;
    audio.preservesPitch = true;
    audio.defaultPlaybackRate = rate; // of the next source
    audio.playbackRate = rate;
  }

  /** Begin a track. Within a tap, or inside `ended`: only there may a page begin to sound.
   * @param {Track} track @param {number} [second] */
  start(track, second = 0) {
    this.track = track;
    this.#waiting?.abort();
    this.#waiting = null;
    if (!track.audio || track.audio.broken) {
      this.#tellFailure(track.audio ? "broken" : "no_audio");
      return;
    }
    this.#here = urlHere(track.audio, this.#canPlay);
    const url = this.#here ?? fileFor(track.audio, this.#canPlay)?.url;
    if (url) this.#begin(intact(url), second);
    else this.#prepare(track, second);
  }

  /** @param {string} url @param {number} second */
  #begin(url, second) {
    const again = this.#resumed === this.track?.id && !url.includes("?");
    this.audio.src = again ? `${url}?again` : url;
    if (second > 0) this.audio.currentTime = second;
    this.play();
  }

  /** Have made what every browser plays, and begin when it is there.
   * @param {Track} track @param {number} second */
  async #prepare(track, second) {
    const waiting = new AbortController();
    this.#waiting = waiting;
    this.audio.pause();
    this.audio.removeAttribute("src");
    const tell = () => this.dispatchEvent(new CustomEvent("preparing"));
    try {
      const url = await made(track.audio?.sha256 ?? "", waiting.signal, tell);
      this.#waiting = null;
      this.#begin(url, second);
    } catch (error) {
      if (waiting.signal.aborted) return; // something else is on
      this.#waiting = null;
      const isGone = error instanceof Unreachable || error instanceof SignedOut;
      this.#tellFailure(isGone ? "missing" : error instanceof NotMade ? "broken" : "format");
    }
  }

  play() {
    if (this.#waiting) return;
    this.audio.play().catch((error) => {
      // Another source was set meanwhile, or a page that nobody touched may not sound yet: the button
      // then says Play.
      if (error.name === "NotAllowedError") this.dispatchEvent(new CustomEvent("playing"));
    });
  }

  pause() {
    this.audio.pause();
  }

  #failed() {
    const { audio, track } = this;
    if (!track || !audio.error || !audio.getAttribute("src")) return;
    // Chromium gives up where a range comes from the worker and the one before did not: on the very
    // first visit, which the worker takes over while the music plays. From there it goes on, under
    // an address of which Chromium has nothing yet.
    if (audio.currentTime > 0 && this.#resumed !== track.id) {
      this.#resumed = track.id;
      this.start(track, audio.currentTime);
      return;
    }
    if (this.#isElsewhere(track)) {
      this.start(track, audio.currentTime);
      return;
    }
    const isFormat = audio.error.code === MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED;
    // A browser that knows less than others, or a rendition that had to go from the server's cache.
    if (isFormat && this.#instead !== track.id) {
      this.#instead = track.id;
      this.#prepare(track, audio.currentTime);
      return;
    }
    this.#tellFailure(isFormat ? "format" : "missing");
  }

  /** Whether there is another source than the one that failed. What is damaged on the device comes over
   * the network from there; and where that is gone, it may have been taken along meanwhile.
   * @param {Track} track */
  #isElsewhere({ audio }) {
    if (!this.#here) return Boolean(audio && urlHere(audio, this.#canPlay));
    const sha256 = hashIn(this.#here);
    passOver(sha256);
    announce("damaged", { sha256 });
    return true;
  }

  /** @param {string} reason */
  #tellFailure(reason) {
    this.dispatchEvent(new CustomEvent("failed", { detail: { reason } }));
  }
}
