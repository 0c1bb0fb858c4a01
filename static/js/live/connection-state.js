// <connection-state>: the one line that says how the page is connected. A page that shows a playlist
// tells it (jam:state); other pages listen to one's own channel.

import { personOnPage } from "../site.js";
import { say } from "../words.js";
import { Channel } from "./channel.js";

/** One's own channel, kept over navigation. @type {Channel | null} */
let mine = null;

class ConnectionState extends HTMLElement {
  /** @type {AbortController | null} */
  #listeners = null;

  connectedCallback() {
    this.#listeners = new AbortController();
    const options = { signal: this.#listeners.signal };
    addEventListener("jam:state", (e) => this.show(/** @type {CustomEvent} */ (e).detail), options);
    const list = /** @type {any} */ (this.closest("jam-playlist"));
    if (list) {
      if (list.room) this.show(list.room.channel.state);
      return;
    }
    if (!personOnPage()) {
      this.show("offline");
      return;
    }
    mine ??= new Channel("ws/me");
    mine.addEventListener("state", () => this.show(mine?.state ?? ""), options);
    this.show(mine.state);
  }

  disconnectedCallback() {
    this.#listeners?.abort();
  }

  /** @param {string} state */
  show(state) {
    this.dataset.state = state;
    // Written only when it changes: it is read out.
    if (this.dataset.said !== state) this.textContent = say(state);
    this.dataset.said = state;
  }
}

customElements.define("connection-state", ConnectionState);
