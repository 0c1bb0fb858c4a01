// <downloads-list>: what is on this device, how whole it is, and what can be done about it.

import { toast } from "../pages/toast-line.js";
import { megabytes, say } from "../words.js";
import { repair } from "./audit.js";
import { copies, copy, gone, leave, setUsualQuality, usualQuality } from "./copies.js";
import { openMenu } from "./copy-menu.js";
import { fillRow } from "./copy-row.js";
import { filesHere, stateOf } from "./copy-state.js";
import { given } from "./give-back.js";
import { nowAndThen } from "./now-and-then.js";
import { pause } from "./steering.js";
import { take, tell } from "./taking.js";

/** @typedef {import("./database.js").Copy} Copy */

const NEWS = ["copies", "progress", "gone"];

class DownloadsList extends HTMLElement {
  /** @type {BroadcastChannel | null} */
  #news = null;
  /** @type {AbortController | null} */
  #listeners = null;
  /** By the playlist's id: rows stay, with what is unfolded and focused in them.
   * @type {Map<string, HTMLElement>} */
  #rows = new Map();

  connectedCallback() {
    this.#news = new BroadcastChannel("jamboree");
    this.#news.onmessage = ({ data }) => {
      if (NEWS.includes(data.kind)) this.#showSoon();
    };
    this.#listeners = new AbortController();
    const options = { signal: this.#listeners.signal };
    this.addEventListener("click", (event) => this.#pressed(event), options);
    // What unfolds says so without bubbling.
    this.addEventListener("toggle", () => this.show(), { capture: true, ...options });
    const usual = /** @type {HTMLSelectElement} */ (this.field("usual"));
    const choose = () => setUsualQuality(/** @type {any} */ (usual.value));
    usual.addEventListener("change", choose, options);
    this.#begin(usual);
  }

  disconnectedCallback() {
    this.#news?.close();
    this.#listeners?.abort();
  }

  /** @param {HTMLSelectElement} usual */
  async #begin(usual) {
    usual.value = await usualQuality().catch(() => "original");
    await this.show();
  }

  /** @param {string} name @returns {HTMLElement} */
  field(name) {
    return /** @type {HTMLElement} */ (this.querySelector(`[data-field=${name}]`));
  }

  #showSoon = nowAndThen(() => this.isConnected && this.show());

  async show() {
    const all = await copies().catch(() => []);
    const files = await filesHere().catch(() => new Map());
    all.sort((a, b) => a.playlist.title.localeCompare(b.playlist.title));
    const part = /** @type {HTMLTemplateElement} */ (this.field("part"));
    for (const one of all) {
      const row = this.#rows.get(one.id) ?? this.#made("row");
      this.#rows.set(one.id, row);
      fillRow(row, one, stateOf(one, files), part);
    }
    this.#arrange(all.map(({ id }) => id));
    this.field("empty").hidden = all.length > 0;
    await this.#showGone();
    const told = await given().catch(() => null);
    if (!told) return; // nothing can be kept here: <missing-abilities> says why
    const { songs, bytes } = told;
    this.field("given").hidden = !songs;
    const what = { count: songs, size: megabytes(bytes) };
    this.field("given").textContent = say(songs === 1 ? "given_one" : "given", what);
  }

  /** @param {string} name of the template @returns {HTMLElement} */
  #made(name) {
    const template = /** @type {HTMLTemplateElement} */ (this.field(name));
    return /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
  }

  /** The rows of these copies, in this order; none is moved that stands where it should.
   * @param {string[]} ids */
  #arrange(ids) {
    for (const [id, row] of this.#rows) {
      if (ids.includes(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    const list = this.field("copies");
    for (const [index, id] of ids.entries()) {
      const row = /** @type {HTMLElement} */ (this.#rows.get(id));
      if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
    }
  }

  /** Compare all of it with its hashes, and fetch what is wrong or missing. @param {Copy} one */
  async #repair({ id, playlist }) {
    const says = this.#rows.get(id)?.querySelector(".says");
    const progress = (/** @type {number} */ done, /** @type {number} */ of) => {
      if (says && done < of) says.textContent = say("copy.checking", { done, of });
    };
    try {
      const found = await repair(id, progress);
      if (found) toast(say("copy.repaired", { title: playlist.title, ...found }));
    } catch (error) {
      tell(error);
    }
    this.show();
  }

  /** What had to go, said until somebody has read it. */
  async #showGone() {
    const rows = (await gone().catch(() => [])).map((/** @type {Copy} */ one) => {
      const row = this.#made("gone-row");
      const says = /** @type {HTMLElement} */ (row.querySelector("span"));
      says.textContent = say("copy_gone", { title: one.playlist.title });
      row.querySelector("button")?.addEventListener("click", () => leave(one.id));
      return row;
    });
    this.field("gone").replaceChildren(...rows);
  }

  /** @param {Event} event */
  async #pressed(event) {
    const target = /** @type {Element} */ (event.target);
    const button = /** @type {HTMLElement | null} */ (target.closest("button[data-act]"));
    const id = /** @type {HTMLElement | null} */ (button?.closest("[data-copy]"))?.dataset.copy;
    if (!button || !id) return;
    const one = await copy(id);
    if (!one) return;
    const choose = () => openMenu(id, { title: one.playlist.title, from: button });
    const acts = /** @type {Record<string, () => unknown>} */ ({
      "go-on": () => take(id, { choose }),
      pause: () => pause(id),
      menu: choose,
      repair: () => this.#repair(one),
      remove: () => leave(id),
    });
    await acts[button.dataset.act ?? ""]?.();
  }
}

customElements.define("downloads-list", DownloadsList);
