// Hears what sounds: seconds that were really played, whatever was skipped, as listens.

/** @typedef {import("./listens.js").Heard} Heard */

const LONGEST_STEP = 3; // seconds between two reports of the position; more was a jump
const KEPT_EVERY = 10; // seconds heard
const COUNTS_AFTER = 30; // seconds, or half of it (playlist_app/listening/models.py)

export class Hearing {
  /** What is being heard. @type {Heard | null} */
  heard = null;
  #last = 0;
  #kept = 0;
  #length = 0;
  /** @type {any} */
  #track = null;
  #isTold = false;

  /**
   * @param {{keep: (heard: Heard, track: any) => unknown, send: () => unknown}} desk `keep` notes it on
   *   the device, with the track as it was given;
   *   `send` tells the server what was noted
   */
  constructor(desk) {
    this.desk = desk;
  }

  /** A track begins. @param {{id: string, duration_seconds: number | null}} track
   * @param {string | null} playlist @param {number} [second] where in it */
  begin(track, playlist, second = 0) {
    this.close();
    this.heard = {
      id: crypto.randomUUID(),
      track: track.id,
      at: new Date().toISOString(),
      seconds: 0,
      finished: false,
      playlist,
    };
    this.#track = track;
    this.#last = second;
    this.#kept = 0;
    this.#length = track.duration_seconds ?? COUNTS_AFTER * 2;
    this.#isTold = false;
  }

  /** The sound is at a second. @param {number} second @param {number} [rate] how fast it goes */
  at(second, rate = 1) {
    const step = second - this.#last;
    this.#last = second;
    if (!this.heard || step <= 0 || step > LONGEST_STEP * Math.max(1, rate)) return;
    this.heard.seconds += step;
    if (this.heard.seconds - this.#kept >= KEPT_EVERY) this.#keep();
    // Once it counts, the statistics and smart playlists of other devices may know.
    if (!this.#isTold && this.heard.seconds >= Math.min(COUNTS_AFTER, this.#length / 2)) {
      this.#isTold = true;
      this.#keep();
      this.desk.send();
    }
  }

  /** It came to its end. */
  end() {
    if (this.heard) this.heard.finished = true;
    this.close();
  }

  /** It is over: something else is played, or nothing. */
  close() {
    if (this.heard && (this.heard.seconds >= 1 || this.heard.finished)) {
      this.#keep();
      this.desk.send();
    }
    this.heard = null;
  }

  /** Nothing more may come: the page goes, or the sound pauses. */
  pause() {
    if (this.heard && this.heard.seconds > this.#kept) this.#keep();
  }

  #keep() {
    if (!this.heard) return;
    this.#kept = this.heard.seconds;
    const seconds = Math.round(this.heard.seconds * 10) / 10;
    this.desk.keep({ ...this.heard, seconds }, this.#track);
  }
}
