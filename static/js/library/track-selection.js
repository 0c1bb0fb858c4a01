// <track-selection>: several tracks of a list, picked to do the same with all of them. "Select", or a
// long press on a row, begins it; with Shift everything between two clicks is picked. Without scripts
// the boxes are simply there.

import { sayCount } from "../words.js";

const LONG = 500; // milliseconds that a finger rests
const MOVED = 10; // pixels; a finger that moves scrolls

class TrackSelection extends HTMLElement {
  /** @type {AbortController | undefined} */
  #listeners;
  /** Where Shift goes on from. @type {HTMLInputElement | undefined} */
  #last;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #resting;
  /** The click that ends a long press is none. */
  #pressed = false;

  connectedCallback() {
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    this.toggleAttribute("data-ready", true);
    this.addEventListener("click", (event) => this.#clicked(event), { signal, capture: true });
    this.addEventListener("change", () => this.#count(), { signal });
    this.addEventListener("pointerdown", (event) => this.#rests(event), { signal });
    for (const type of ["pointerup", "pointercancel"]) {
      this.addEventListener(type, () => clearTimeout(this.#resting), { signal });
    }
    this.addEventListener(
      "pointermove",
      (event) => {
        if (Math.hypot(event.movementX, event.movementY) > MOVED) clearTimeout(this.#resting);
      },
      { signal },
    );
    this.addEventListener("contextmenu", (event) => this.#pressed && event.preventDefault(), {
      signal,
    });
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
    document.addEventListener("htmx:after:swap", () => this.#count(), { signal });
    this.#count();
  }

  disconnectedCallback() {
    this.#listeners?.abort();
    clearTimeout(this.#resting);
  }

  get isSelecting() {
    return this.hasAttribute("data-selecting");
  }

  /** @param {boolean} on */
  select(on) {
    this.toggleAttribute("data-selecting", on);
    if (!on) for (const box of this.#boxes()) box.checked = false;
    this.#last = undefined;
    this.#count();
  }

  #boxes() {
    return /** @type {HTMLInputElement[]} */ ([...this.querySelectorAll(".pick input")]);
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const target = /** @type {Element} */ (event.target);
    const act = target.closest("[data-act]")?.getAttribute("data-act");
    if (act === "select") this.select(!this.isSelecting);
    if (act === "done") this.select(false);
    if (act === "all") this.#all();
    if (this.#pressed) {
      this.#pressed = false;
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const row = target.closest(".tracks li");
    if (!row || !this.isSelecting) return;
    const box = /** @type {HTMLInputElement | null} */ (row.querySelector(".pick input"));
    if (target.closest("a")) {
      // While it is about picking, a row is its box.
      event.preventDefault();
      event.stopPropagation();
      if (box) box.checked = !box.checked;
    }
    if (!box || target.closest("label") === target) return;
    if (event.shiftKey && this.#last) this.#between(this.#last, box);
    this.#last = box;
    this.#count();
  }

  /** @param {HTMLInputElement} from @param {HTMLInputElement} to */
  #between(from, to) {
    const boxes = this.#boxes();
    const [first, last] = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b);
    if (first < 0) return;
    for (const box of boxes.slice(first, last + 1)) box.checked = to.checked;
  }

  #all() {
    const boxes = this.#boxes();
    const on = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = on;
    this.#count();
  }

  /** @param {PointerEvent} event */
  #rests(event) {
    this.#pressed = false;
    if (event.pointerType === "mouse" || this.isSelecting) return;
    const row = /** @type {Element} */ (event.target).closest(".tracks li");
    const box = /** @type {HTMLInputElement | null} */ (row?.querySelector(".pick input") ?? null);
    if (!box) return;
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => {
      this.#pressed = true;
      this.select(true);
      box.checked = true;
      this.#last = box;
      this.#count();
    }, LONG);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Escape" && this.isSelecting && !document.querySelector("dialog[open]")) {
      this.select(false);
    }
  }

  #count() {
    const count = this.#boxes().filter((box) => box.checked).length;
    const says = this.querySelector("[data-field=count]");
    if (says) says.textContent = sayCount("selected", count);
    for (const button of this.querySelectorAll(".selection button:not([type=button])")) {
      button.toggleAttribute("disabled", count === 0);
    }
    const back = /** @type {HTMLInputElement | null} */ (this.querySelector("input[name=back]"));
    if (back) back.value = location.pathname + location.search;
    this.querySelector("[data-act=select]")?.setAttribute("aria-pressed", String(this.isSelecting));
  }
}

customElements.define("track-selection", TrackSelection);
