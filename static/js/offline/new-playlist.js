// <new-playlist>: the form that makes a playlist. What it makes is written down first and then sent, as
// all changes are: so it works without network, and an answer that gets lost makes no second one.

import { Refused, SignedOut, Unreachable } from "../api.js";
import { go } from "../pages/going.js";
import { toast } from "../pages/toast-line.js";
import { address } from "../site.js";
import { say } from "../words.js";
import { make } from "./drafts.js";
import { drain } from "./outbox.js";

const PATIENCE = 1500; // milliseconds until the list is shown that only this device has

class NewPlaylist extends HTMLElement {
  /** @type {AbortController | null} */
  #listeners = null;

  connectedCallback() {
    this.#listeners = new AbortController();
    // Before htmx, which listens at the form itself.
    const options = { signal: this.#listeners.signal, capture: true };
    this.addEventListener("submit", (event) => this.#submitted(event), options);
  }

  disconnectedCallback() {
    this.#listeners?.abort();
  }

  /** @param {SubmitEvent} event */
  async #submitted(event) {
    event.preventDefault();
    event.stopPropagation();
    const input = /** @type {HTMLInputElement} */ (this.querySelector("[name=title]"));
    const button = /** @type {HTMLButtonElement} */ (this.querySelector("button"));
    const title = input.value.trim();
    if (!title || button.disabled) return;
    button.disabled = true;
    try {
      const id = await make(title);
      await Promise.race([drain(), new Promise((done) => setTimeout(done, PATIENCE))]);
      input.value = "";
      go(address(`playlists/${id}`));
    } catch (error) {
      const known = [Refused, SignedOut].some((kind) => error instanceof kind);
      if (known) toast(/** @type {Error} */ (error).message);
      else toast(say(error instanceof Unreachable ? "unreachable" : "problem"));
    }
    button.disabled = false;
  }
}

customElements.define("new-playlist", NewPlaylist);
