// <smart-tracks>: the page of a smart playlist, kept true: it asks again when the library, or what one
// heard, is another; at most once a second, and not while nobody looks.

const AT_MOST_EVERY = 1000; // milliseconds

/** Of one's own channel, what can change what rules hold. */
const ABOUT_IT = new Set(["track.played", "history.cleared", "smart.changed"]);

class SmartTracks extends HTMLElement {
  /** @type {AbortController | null} */
  #listeners = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #askedAt = 0;
  #isStale = false;

  connectedCallback() {
    this.#listeners = new AbortController();
    const options = { signal: this.#listeners.signal };
    document.addEventListener("jam:library", () => this.#changed(), options);
    document.addEventListener("jam:me-resync", () => this.#changed(), options);
    document.addEventListener(
      "jam:me",
      (event) => {
        if (ABOUT_IT.has(/** @type {CustomEvent} */ (event).detail.type)) this.#changed();
      },
      options,
    );
    document.addEventListener("visibilitychange", () => this.#isStale && this.#changed(), options);
    this.querySelector("[data-play-all]")?.addEventListener(
      "click",
      () => /** @type {HTMLElement | null} */ (this.querySelector("[data-play-track]"))?.click(),
      options,
    );
  }

  disconnectedCallback() {
    this.#listeners?.abort();
    clearTimeout(this.#timer);
  }

  #changed() {
    this.#isStale = true;
    if (document.visibilityState === "hidden") return;
    clearTimeout(this.#timer);
    const wait = Math.max(0, this.#askedAt + AT_MOST_EVERY - performance.now());
    this.#timer = setTimeout(() => this.#ask(), wait);
  }

  async #ask() {
    this.#askedAt = performance.now();
    this.#isStale = false;
    // Rows stay the same elements where they stay: focus and scroll position with them.
    await /** @type {any} */ (globalThis).htmx.ajax("GET", this.dataset.tracks, {
      target: "#smart-tracks",
      swap: "outerMorph",
      push: "false",
    });
  }
}

customElements.define("smart-tracks", SmartTracks);
