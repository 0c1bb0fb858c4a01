// <storage-line>: what is being done about the things that are kept on this device, and what a person has to
// know of it: a new layout (with how far it is), a database that was mended, a page that is too old.

import { say } from "../words.js";

const STAYS = 12_000; // milliseconds, of what is over

class StorageLine extends HTMLElement {
  /** @type {BroadcastChannel | null} */
  #news = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  connectedCallback() {
    this.#news = new BroadcastChannel("jamboree");
    this.#news.onmessage = ({ data }) => {
      if (data.kind === "layout") this.#progress(data);
      if (data.kind === "storage-says") this.#say(data.says);
    };
    this.button.addEventListener("click", () => location.reload());
  }

  disconnectedCallback() {
    this.#news?.close();
    clearTimeout(this.#timer);
  }

  get button() {
    return /** @type {HTMLButtonElement} */ (this.querySelector("button"));
  }

  get progress() {
    return /** @type {HTMLProgressElement} */ (this.querySelector("progress"));
  }

  /** @param {{done: number, of: number}} far */
  #progress({ done, of }) {
    this.#show(say("storage.layout", { done, of }));
    this.progress.hidden = false;
    this.progress.value = done / of;
    this.button.hidden = true;
    if (done >= of) this.#hideAfter(1000);
  }

  /** @param {string} what mended, blocked, newer or unmended */
  #say(what) {
    this.#show(say(`storage.${what}`));
    this.progress.hidden = true;
    this.button.hidden = what === "mended";
    if (what === "mended") this.#hideAfter(STAYS);
  }

  /** @param {string} text */
  #show(text) {
    clearTimeout(this.#timer);
    const field = /** @type {HTMLElement} */ (this.querySelector("[data-field=says]"));
    field.textContent = text;
    this.hidden = false;
  }

  /** @param {number} milliseconds */
  #hideAfter(milliseconds) {
    this.#timer = setTimeout(() => {
      this.hidden = true;
    }, milliseconds);
  }
}

customElements.define("storage-line", StorageLine);
