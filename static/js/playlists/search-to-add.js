// <search-to-add>: the field that adds. htmx asks the server while one types; what is found opens
// below, and goes with Escape or a click elsewhere. Where the server does not answer, and until it does,
// it is what this device has that is searched.

import { search } from "../offline/on-device.js";
import { shapeOf } from "../offline/pages/library.js";
import { copyOf, label, picture, text } from "../offline/pages/markup.js";
import { say } from "../words.js";
import { JamPlaylist } from "./jam-playlist.js";

const SHOWN = 8; // as many as the server finds
const PATIENCE = 400; // milliseconds

class SearchToAdd extends HTMLElement {
  /** @type {AbortController | null} */
  #listeners = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #late;

  connectedCallback() {
    this.#listeners = new AbortController();
    const options = { signal: this.#listeners.signal };
    this.addEventListener("submit", (event) => this.#submitted(event), options);
    this.addEventListener("keydown", (event) => this.#key(event), options);
    this.addEventListener("click", (event) => this.#clicked(event), options);
    this.addEventListener("input", () => this.#isAlone && this.#lookHere(), options);
    this.addEventListener("htmx:before:request", () => this.#waitFor(), options);
    this.addEventListener("htmx:before:swap", () => clearTimeout(this.#late), options);
    this.addEventListener("htmx:error", () => this.#lookHere(), options);
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
    clearTimeout(this.#late);
  }

  /** On a page without network, where nobody is asked. */
  get #isAlone() {
    return !this.input.hasAttribute("hx-get");
  }

  /** The server was asked: what is here is shown if it is slow, and gives way to its answer. */
  #waitFor() {
    clearTimeout(this.#late);
    this.#late = setTimeout(() => this.#lookHere(), PATIENCE);
  }

  async #lookHere() {
    clearTimeout(this.#late);
    const asked = this.input.value.trim();
    const list = this.closest("jam-playlist");
    const tracks = asked ? await search(asked, SHOWN) : [];
    if (asked !== this.input.value.trim() || !(list instanceof JamPlaylist)) return;
    const note = document.createElement("p");
    note.className = "nothing";
    note.textContent = say(tracks.length ? "only_here" : "nothing_here");
    const form = document.createElement("form");
    const hits = document.createElement("ul");
    hits.setAttribute("aria-label", say("found_here"));
    hits.append(...tracks.map((track) => this.#hit(track, list)));
    form.append(hits);
    this.found.replaceChildren(...(asked ? [form, note] : []));
  }

  /** @param {import("../offline/on-device.js").TrackHere} track @param {JamPlaylist} list */
  #hit(track, list) {
    const hit = copyOf(/** @type {Element} */ (this.querySelector("template")));
    const there = list.model.waitingItem(track.id);
    hit.querySelector(there ? "button" : "a")?.remove();
    hit.dataset.track = JSON.stringify(shapeOf(track));
    if (there) hit.querySelector("a")?.setAttribute("data-there", there.id);
    text(hit, "title", track.title);
    text(hit, "artist", track.artist);
    text(hit, "duration", track.duration_formatted);
    picture(hit, track.cover_url);
    label(hit, track.title);
    return hit;
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
