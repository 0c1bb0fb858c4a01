// The sound: the one <audio> element for good, and what is tried when a source fails.

/** @typedef {import("../playlists/shapes.js").Track} Track */

/**
 * Fires `ended`, `time` (the position or the length is another), `playing` (it sounds, or no longer
 * does), and `failed` with `detail: {reason}`: "no_audio", "format" or "missing".
 */
export class Sound extends EventTarget {
  /** What was begun anew after a failure, once. @type {string | null} */
  #resumed = null;
  /** What is on. @type {Track | null} */
  track = null;
  #rate = 1;

  /** @param {HTMLAudioElement} audio */
  constructor(audio) {
    super();
    this.audio = audio;
    const tell = (/** @type {string} */ type) => () => this.dispatchEvent(new CustomEvent(type));
    audio.addEventListener("ended", tell("ended"));
    for (const type of ["timeupdate", "durationchange"]) audio.addEventListener(type, tell("time"));
    for (const type of ["play", "pause"]) audio.addEventListener(type, tell("playing"));
    audio.addEventListener("error", () => this.#failed());
  }

  get isPaused() {
    return this.audio.paused;
  }

  get second() {
    return this.audio.currentTime;
  }

  set second(second) {
    this.audio.currentTime = second;
  }

  /** Of what is on; what the library says, until the file itself is known. */
  get length() {
    const { duration } = this.audio;
    return Number.isFinite(duration) ? duration : (this.track?.duration_seconds ?? 0);
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
    if (!track.audio) {
      this.#tellFailure("no_audio");
      return;
    }
    this.audio.src = track.audio.url + (this.#resumed === track.id ? "?again" : "");
    if (second > 0) this.audio.currentTime = second;
    this.play();
  }

  play() {
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
    const isFormat = audio.error.code === MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED;
    this.#tellFailure(isFormat ? "format" : "missing");
  }

  /** @param {string} reason */
  #tellFailure(reason) {
    this.dispatchEvent(new CustomEvent("failed", { detail: { reason } }));
  }
}
