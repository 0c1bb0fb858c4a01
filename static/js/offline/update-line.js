// <update-line>: a new version of the app is here. It stays until somebody says what to do, and nothing
// loads anew before: a song may be playing.

import { say } from "../words.js";

const LATER = 60 * 60_000; // milliseconds until it is said again

class UpdateLine extends HTMLElement {
  /** What takes the new version. @type {() => void} */
  #take = () => {};
  #saysAgainAt = 0;

  connectedCallback() {
    this.#button("reload").addEventListener("click", () => this.#take());
    this.#button("later").addEventListener("click", () => this.#dismiss());
    document.addEventListener("playing", this.#tell, true);
    document.addEventListener("pause", this.#tell, true);
  }

  disconnectedCallback() {
    document.removeEventListener("playing", this.#tell, true);
    document.removeEventListener("pause", this.#tell, true);
  }

  /** Say it, unless somebody said "later" a moment ago. @param {() => void} take */
  offer(take) {
    this.#take = take;
    if (Date.now() < this.#saysAgainAt) return;
    this.hidden = false;
    this.#tell();
  }

  #dismiss() {
    this.#saysAgainAt = Date.now() + LATER;
    this.hidden = true;
    document.getElementById("main")?.focus({ preventScroll: true });
  }

  /** What it costs depends on whether something plays. */
  #tell = () => {
    if (this.hidden) return;
    const sounds = [...document.querySelectorAll("audio")].some(({ paused }) => !paused);
    const says = /** @type {HTMLElement} */ (this.querySelector("[data-field=says]"));
    const text = say(sounds ? "update_playing" : "update");
    if (says.textContent !== text) says.textContent = text;
  };

  /** @param {string} name */
  #button(name) {
    return /** @type {HTMLButtonElement} */ (this.querySelector(`[data-act=${name}]`));
  }
}

customElements.define("update-line", UpdateLine);

/** Offer a new version on this page. @param {() => void} take */
export function offer(take) {
  const line = document.querySelector("update-line");
  if (line instanceof UpdateLine) line.offer(take);
}
