// The sleep timer: the sound ends after so many minutes, or with the track that is on.

const FADES_FOR = 12; // seconds
const TICK = 500; // milliseconds

export class SleepTimer extends EventTarget {
  /** When it ends, in milliseconds; null: not by the clock. @type {number | null} */
  endsAt = null;
  /** With the track that is on. */
  isAtEnd = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticking;

  /** @param {HTMLAudioElement} audio @param {() => void} pause */
  constructor(audio, pause) {
    super();
    this.audio = audio;
    this.pause = pause;
  }

  get isOn() {
    return this.isAtEnd || this.endsAt !== null;
  }

  /** Seconds that are left, or null. */
  get left() {
    return this.endsAt === null ? null : Math.max(0, (this.endsAt - Date.now()) / 1000);
  }

  /** @param {number | "end" | null} choice minutes; with the track; null: not at all */
  set(choice) {
    this.#stop();
    this.isAtEnd = choice === "end";
    this.endsAt = typeof choice === "number" ? Date.now() + choice * 60_000 : null;
    if (this.endsAt !== null) this.#ticking = setInterval(() => this.#tick(), TICK);
    this.#tell();
  }

  /** The track came to its end: whether the sound ends with it. */
  endsHere() {
    if (!this.isAtEnd) return false;
    this.set(null);
    return true;
  }

  #tick() {
    const left = this.left ?? 0;
    if (left <= 0) {
      this.pause();
      this.set(null);
      return;
    }
    // An iPhone leaves its volume as it is: there it just pauses.
    this.audio.volume = Math.min(1, left / FADES_FOR);
    this.#tell();
  }

  #stop() {
    clearInterval(this.#ticking);
    this.audio.volume = 1;
  }

  #tell() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}
