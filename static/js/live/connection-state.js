// <connection-state>: the one line that says how the page is connected, and if it is not, whether there
// is no network, no server, or no session any more. A page that shows a playlist tells it (jam:state);
// other pages listen to one's own channel.

import { say } from "../words.js";
import { myChannel } from "./me.js";

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
    const mine = myChannel();
    if (!mine) {
      this.show(navigator.onLine ? "away" : "offline"); // the shell; its page knows better soon
      return;
    }
    mine.addEventListener("state", () => this.show(mine.state), options);
    this.show(mine.state);
  }

  disconnectedCallback() {
    this.#listeners?.abort();
  }

  /** @param {string} state */
  show(state) {
    this.dataset.state = state;
    // Written only when it changes: it is read out.
    if (this.dataset.said !== state) this.textContent = say(`states.${state}`);
    this.dataset.said = state;
  }
}

customElements.define("connection-state", ConnectionState);
