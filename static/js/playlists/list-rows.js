// The rows of a playlist on its page, kept as the model says, one by one and in place: focus, the scroll
// position and what is under a finger stay.

import { idle } from "../offline/idle.js";
import { arrange } from "./arrange.js";
import { ordersItself } from "./order.js";
import { fill, make, read } from "./row.js";

/** @typedef {import("./shapes.js").Item} Item */

const STILL_AFTER = 250; // milliseconds without scrolling
const AT_A_TIME = 100; // rows that follow a page that began with fewer than its list has

/** What a page begins with, where not all of its rows stand yet. @type {WeakMap<Element, Item[]>} */
const given = new WeakMap();

/** A list that is shown from its first rows on: the others follow when the page has nothing else to do.
 * @param {HTMLElement} list what will hold the rows of a <jam-playlist> @param {Item[]} items all of them */
export function beginWith(list, items) {
  given.set(list, items);
}

/** What a list begins with: what was given, or what its rows say. @param {HTMLElement} list
 * @returns {Item[]} */
export function itemsOf(list) {
  const rows = /** @type {HTMLElement[]} */ ([...list.children]);
  return given.get(list) ?? rows.map(read);
}

export class ListRows {
  /** A row is under a finger. */
  isDragging = false;
  #scrolledAt = 0;
  #late = false; // an order is waiting for the finger to be lifted
  #isOver = false;
  /** Some rows are not on the page yet. */
  #isPart = false;
  /** What plays as it was shown last: only what begins lights up. @type {string | null} */
  #lit;

  /** @param {HTMLElement} list @param {import("./list-model.js").ListModel} model
   * @param {AbortSignal} signal the page goes */
  constructor(list, model, signal) {
    this.list = list;
    this.model = model;
    this.#lit = model.room.id;
    addEventListener("scroll", () => this.#scrolled(), { passive: true, signal });
    signal.addEventListener("abort", () => {
      this.#isOver = true;
    });
    if (given.delete(list)) this.#complete();
  }

  /** @param {string} id */
  showOne(id) {
    const row = document.getElementById(id);
    const item = this.model.view(id);
    if (!row || !item) return;
    this.#fill(row, item, Number(row.querySelector(".place")?.textContent));
    if (ordersItself(this.model.settings.order_mode)) this.#order();
  }

  /** @param {HTMLElement} row @param {Item} item @param {number} position */
  #fill(row, item, position) {
    fill(row, item, position);
    const me = this.list.closest("jam-playlist")?.getAttribute("data-me");
    const isMine = item.added_by.id === me || !item.added_by.id; // or it waits to be added
    row.toggleAttribute("data-mine", isMine);
  }

  showPlaying() {
    const { id } = this.model.room;
    for (const row of this.list.querySelectorAll("[data-playing]")) {
      if (row.id !== id) this.showOne(row.id);
    }
    if (id) this.showOne(id);
    const row = id ? document.getElementById(id) : null;
    if (row && id !== this.#lit) light(row, "data-lit");
    this.#lit = id;
    if (ordersItself(this.model.settings.order_mode)) this.#order();
  }

  showAll() {
    const shown = this.model.shown();
    const ids = new Set(shown.map((item) => item.id));
    for (const row of [...this.list.children]) {
      if (!ids.has(row.id)) this.#drop(/** @type {HTMLElement} */ (row));
    }
    for (const [index, item] of shown.entries()) {
      const row = document.getElementById(item.id);
      if (row) this.#fill(row, item, index + 1);
      else if (!this.#isPart) light(this.#place(item, index), "data-new");
    }
    this.#order();
  }

  /** Put in the rows that are missing, a part at a time; the room for them is there from the start. */
  async #complete() {
    this.#isPart = true;
    this.list.style.minBlockSize = `calc(${this.model.shown().length} * var(--row))`;
    while (this.#isPart) {
      await idle();
      if (this.#isOver) return;
      const places = [...this.model.shown().entries()];
      const missing = places.filter(([, { id }]) => !document.getElementById(id));
      for (const [index, item] of missing.slice(0, AT_A_TIME)) this.#place(item, index);
      this.#isPart = missing.length > AT_A_TIME;
    }
    this.list.style.minBlockSize = "";
    this.#order(); // which may have become another meanwhile
  }

  /** @param {HTMLElement} row */
  #drop(row) {
    // Focus goes to the neighbour, not to the top of the page.
    if (row.contains(document.activeElement)) {
      const next = /** @type {HTMLElement | null} */ (
        row.nextElementSibling ?? row.previousElementSibling
      );
      /** @type {HTMLElement | null | undefined} */ (next?.querySelector("button"))?.focus();
    }
    row.remove();
  }

  /** @param {Item} item @param {number} index */
  #place(item, index) {
    const row = make(item, this.model.playlist.id, index + 1);
    this.#fill(row, item, index + 1);
    this.list.insertBefore(row, this.list.children[index] ?? null);
    // Its links swap the page, as those of the other rows do: the music goes on.
    /** @type {any} */ (globalThis).htmx?.process(row);
    return row;
  }

  /** Bring the rows into the order of the model; each glides to its place. While somebody drags or
   * scrolls nothing moves under the finger: it waits. */
  #order() {
    if (this.#isPart) return; // at the end
    const quiet = performance.now() - this.#scrolledAt > STILL_AFTER;
    if (this.isDragging || !quiet) {
      if (!this.#late) this.#whenStill();
      return;
    }
    arrange(
      this.list,
      this.model.shown().map((item) => item.id),
    );
  }

  #whenStill() {
    this.#late = true;
    const check = () => {
      if (this.isDragging || performance.now() - this.#scrolledAt <= STILL_AFTER) {
        setTimeout(check, STILL_AFTER);
      } else {
        this.#late = false;
        if (!this.#isOver) this.#order();
      }
    };
    setTimeout(check, STILL_AFTER);
  }

  #scrolled() {
    this.#scrolledAt = performance.now();
  }
}

/** @param {HTMLElement} row @param {string} how an attribute, until its animation is over */
function light(row, how) {
  row.toggleAttribute(how, true);
  row.addEventListener("animationend", () => row.removeAttribute(how), { once: true });
}
