// <queue-list>: what comes next, in the sheet: put in another order, taken out, cleared. In a room, whose
// list decides, it only shows.

import Sortable from "../../vendor/sortable.js";
import { say } from "../words.js";
import { JamPlayer } from "./jam-player.js";
import { OwnProgramme } from "./own-programme.js";
import { byline, show } from "./view.js";

const SHOWN = 100; // what comes after that is far away

class QueueList extends HTMLElement {
  /** @type {AbortController | null} */
  #listeners = null;
  /** @type {InstanceType<typeof Sortable> | null} */
  #sortable = null;

  connectedCallback() {
    const player = document.querySelector("jam-player");
    if (!(player instanceof JamPlayer)) return;
    this.player = player;
    this.#listeners = new AbortController();
    const options = { signal: this.#listeners.signal };
    player.addEventListener("jam:coming", () => this.#show(), options);
    this.addEventListener("click", (event) => this.#clicked(event), options);
    this.#sortable = Sortable.create(this.list, {
      handle: "img",
      draggable: "li",
      ghostClass: "gap",
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 180,
      onEnd: ({ item, newIndex }) => {
        if (newIndex !== undefined) this.#move(item, newIndex);
      },
    });
    this.#show();
  }

  disconnectedCallback() {
    this.#listeners?.abort();
    this.#sortable?.destroy();
  }

  get list() {
    return /** @type {HTMLElement} */ (this.querySelector("ol"));
  }

  /** One's own queue, where it is what plays. */
  get #queue() {
    return this.player?.programme instanceof OwnProgramme ? this.player.queue : null;
  }

  /** @param {string} name @returns {HTMLElement} */
  #field(name) {
    return /** @type {HTMLElement} */ (this.querySelector(`[data-field=${name}]`));
  }

  #show() {
    const programme = this.player?.programme;
    const coming = programme?.upcoming().slice(0, SHOWN) ?? [];
    const isOwn = this.#queue !== null;
    const title = programme?.playlist?.title;
    const from = isOwn && title ? `${say("queue_of", { title })} ` : "";
    this.#field("about").textContent = from + say(isOwn ? "queue_yours" : "queue_of_room");
    this.#field("none").hidden = coming.length > 0;
    const clear = /** @type {HTMLElement} */ (this.querySelector(".clear"));
    clear.hidden = !isOwn || coming.length === 0;
    this.#sortable?.option("disabled", !isOwn);
    const focused = this.#focus();
    this.list.replaceChildren(...coming.map((one) => this.#row(one, isOwn)));
    focused();
  }

  /** Where the focus is, to be put back there when the rows are new: on the row, or the next best. */
  #focus() {
    const button = document.activeElement;
    const row = button?.closest("li");
    if (!button || !row || !this.contains(row)) return () => {};
    const index = [...this.list.children].indexOf(row);
    return () => {
      const same = this.list.querySelector(`li[data-key="${CSS.escape(row.dataset.key ?? "")}"]`);
      const near = same ?? this.list.children[index] ?? this.list.lastElementChild;
      const next = near?.querySelector(`.${button.className}`) ?? this.querySelector(".clear");
      /** @type {HTMLElement | null} */ (next)?.focus();
    };
  }

  /** @param {import("./view.js").Shown & {key?: string, id?: string}} one @param {boolean} isOwn */
  #row(one, isOwn) {
    const template = /** @type {HTMLTemplateElement} */ (this.querySelector("template"));
    const row = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
    const part = (/** @type {string} */ name) =>
      /** @type {HTMLElement} */ (row.querySelector(name));
    row.dataset.key = one.key ?? one.id ?? "";
    part(".title").textContent = one.track.title;
    part(".by").textContent = byline(one);
    const image = /** @type {HTMLImageElement} */ (part("img"));
    show(image, one.track.cover_url?.replace("/large.", "/small.") ?? "");
    for (const button of row.querySelectorAll("button")) {
      button.hidden = !isOwn;
      button.setAttribute("aria-label", `${button.getAttribute("aria-label")}: ${one.track.title}`);
    }
    return row;
  }

  /** @param {Event} event */
  #clicked(event) {
    const button = /** @type {Element} */ (event.target).closest("button");
    const row = button?.closest("li");
    const queue = this.#queue;
    if (!button || !queue) return;
    if (button.matches(".clear")) queue.clear();
    else if (row && button.matches(".off")) queue.remove(row.dataset.key ?? "");
    else if (row) {
      this.#move(row, [...this.list.children].indexOf(row) + (button.matches(".up") ? -1 : 1));
      return;
    }
    this.player?.showNext();
  }

  /** @param {HTMLElement} row @param {number} to a 0-based place */
  #move(row, to) {
    if (to < 0 || to >= this.list.children.length) return;
    this.#queue?.move(row.dataset.key ?? "", to);
    const title = row.querySelector(".title")?.textContent ?? "";
    this.#field("said").textContent = say("moved_to", { title, place: to + 1 });
    this.player?.showNext();
  }
}

customElements.define("queue-list", QueueList);
