// <search-to-add>: the field that adds. htmx asks the server while one types; what is found opens
// below, and goes with Escape or a click elsewhere.

import { JamPlaylist } from "./jam-playlist.js";

class SearchToAdd extends HTMLElement {
  /** @type {AbortController | null} */
  #listeners = null;

  connectedCallback() {
    this.#listeners = new AbortController();
    const options = { signal: this.#listeners.signal };
    this.addEventListener("submit", (event) => this.#submitted(event), options);
    this.addEventListener("keydown", (event) => this.#key(event), options);
    this.addEventListener("click", (event) => this.#clicked(event), options);
    document.addEventListener(
      "pointerdown",
      (event) => {
        if (!this.contains(/** @type {Node} */ (event.target))) this.close();
      },
      options,
    );
  }

  disconnectedCallback() {
    this.#listeners?.abort();
  }

  get input() {
    return /** @type {HTMLInputElement} */ (this.querySelector("input[type=search]"));
  }

  get found() {
    return /** @type {HTMLElement} */ (this.querySelector(".found"));
  }

  close() {
    this.found.replaceChildren();
  }

  /** @param {SubmitEvent} event */
  #submitted(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    event.preventDefault();
    if (form.matches(".search")) {
      // Enter takes the first that is found.
      this.#take(this.found.querySelector(".hit button"));
      return;
    }
    this.#take(event.submitter);
  }

  /** @param {Element | null} button */
  #take(button) {
    const hit = /** @type {HTMLElement | null} */ (button?.closest("[data-track]"));
    const list = this.closest("jam-playlist");
    if (!hit?.dataset.track || !(list instanceof JamPlaylist)) return;
    list.add(JSON.parse(hit.dataset.track));
    this.input.value = "";
    this.close();
    this.input.focus();
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const link = /** @type {HTMLElement | null} */ (
      /** @type {Element} */ (event.target).closest("[data-there]")
    );
    const list = this.closest("jam-playlist");
    if (!link || !(list instanceof JamPlaylist)) return;
    event.preventDefault();
    const item = list.model.view(link.dataset.there ?? "");
    if (item) list.alreadyHere(item);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Escape") {
      this.input.value = "";
      this.close();
      this.input.blur();
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [this.input, ...this.found.querySelectorAll("button, a")];
    const at = stops.indexOf(/** @type {any} */ (document.activeElement));
    const next = stops[at + (event.key === "ArrowDown" ? 1 : -1)];
    if (at < 0 || !next) return;
    event.preventDefault();
    /** @type {HTMLElement} */ (next).focus();
  }
}

customElements.define("search-to-add", SearchToAdd);
