// <look-choice>: what a link leads to, chosen from. Without scripts it is a list of boxes; with them
// all or none at once, a range with Shift, and how much it comes to.

import { megabytes, say, sayCount, spell } from "../words.js";

class LookChoice extends HTMLElement {
  /** @type {AbortController | null} */
  #listeners = null;
  /** The box that was pressed last, from which Shift goes on. @type {HTMLInputElement | null} */
  #last = null;

  connectedCallback() {
    this.#listeners = new AbortController();
    const options = { signal: this.#listeners.signal };
    this.addEventListener("click", (event) => this.#clicked(event), options);
    this.addEventListener("change", () => this.#count(), options);
    this.#count();
  }

  disconnectedCallback() {
    this.#listeners?.abort();
  }

  /** @returns {HTMLInputElement[]} */
  get boxes() {
    return [...this.querySelectorAll("input[type=checkbox][name=entry]")].filter(
      (box) => box instanceof HTMLInputElement,
    );
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const target = /** @type {Element} */ (event.target);
    const all = target.closest("[data-choose]");
    if (all) {
      for (const box of this.boxes) box.checked = all.getAttribute("data-choose") === "all";
      this.#count();
      return;
    }
    if (!(target instanceof HTMLInputElement) || target.name !== "entry") return;
    if (event.shiftKey && this.#last) this.#range(this.#last, target);
    this.#last = target;
  }

  /** @param {HTMLInputElement} from @param {HTMLInputElement} to */
  #range(from, to) {
    const boxes = this.boxes;
    const [first, last] = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b);
    for (const box of boxes.slice(first, last + 1)) box.checked = to.checked;
    this.#count();
  }

  #count() {
    const boxes = this.boxes;
    if (!boxes.length) return;
    const chosen = boxes.filter((box) => box.checked);
    const sum = (/** @type {string} */ name) =>
      chosen.reduce((total, box) => total + Number(box.dataset[name] ?? 0), 0);
    const parts = [say("chosen", { count: chosen.length, of: boxes.length })];
    if (sum("seconds")) parts.push(spell(sum("seconds")));
    if (sum("bytes")) parts.push(megabytes(sum("bytes")));
    const total = this.querySelector("[data-field=total]");
    if (total) total.textContent = parts.join(" · ");
    const take = /** @type {HTMLButtonElement | null} */ (this.querySelector("[data-field=take]"));
    if (!take) return;
    take.disabled = chosen.length === 0;
    take.textContent =
      chosen.length === boxes.length && boxes.length > 1
        ? say("take_all", { count: boxes.length })
        : sayCount("take", chosen.length);
  }
}

customElements.define("look-choice", LookChoice);
