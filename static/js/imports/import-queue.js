// <import-queue>: the server's downloads, kept up to date by one's own channel. What comes in is written
// into its row: a bar and a few words, so that nothing jumps. When rows come, go or change their state,
// the region is fetched anew and morphed in: what has the focus keeps it, what is open stays open.

import { myChannel } from "../live/me.js";
import { megabytes, say, spell } from "../words.js";

const AT_MOST_EVERY = 700; // milliseconds between two fetches of the region
const LONG_AGO = 30; // seconds, after which what was heard says nothing of the speed

/** What is read here of an import's shape.
 * @typedef {{id: string, status: string, progress: number, bytes_done: number, bytes_total: number | null}} Imported
 */

export class ImportQueue extends HTMLElement {
  /** @type {AbortController | null} */
  #listeners = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #planned;
  #fetchedAt = 0;
  /** The address that is, or was last, fetched; none when its answer came too late.
   * @type {string | undefined} */
  #fetching;
  /** By import: when it was heard of last, and how much of it was here. @type {Map<string, [number, number]>} */
  #heard = new Map();

  connectedCallback() {
    this.#listeners = new AbortController();
    const options = { signal: this.#listeners.signal };
    document.addEventListener(
      "jam:me",
      (event) => this.#happened(/** @type {CustomEvent} */ (event).detail),
      options,
    );
    document.addEventListener(
      "jam:me-resync",
      (event) => this.#missedUpTo(/** @type {CustomEvent} */ (event).detail.seq),
      options,
    );
    document.addEventListener(
      "htmx:before:swap",
      (event) => this.#drop(/** @type {CustomEvent} */ (event)),
      options,
    );
    // What happened between the making of this page and now, while the channel was open already.
    this.#missedUpTo(myChannel()?.since ?? 0);
  }

  disconnectedCallback() {
    this.#listeners?.abort();
    clearTimeout(this.#planned);
  }

  /** @param {number | undefined} seq undefined: it is not known what was missed */
  #missedUpTo(seq) {
    if (seq === undefined || seq > Number(this.dataset.seq)) this.#plan();
  }

  /** @param {import("../playlists/shapes.js").Happening} event */
  #happened({ type, payload }) {
    if (type === "import.changed") this.#changed(payload.import);
    else if (["import.removed", "imports.changed"].includes(type)) this.#plan();
  }

  /** @param {Imported} one */
  #changed(one) {
    const row = this.querySelector(`[data-import="${CSS.escape(one.id)}"]`);
    // Of another state than its row, or new, or folded away.
    if (row?.getAttribute("data-state") !== "active" || one.status !== "active") {
      this.#plan();
      return;
    }
    const bar = row.querySelector("progress[data-field=progress]");
    if (bar instanceof HTMLProgressElement) bar.value = one.progress * 100;
    const figures = row.querySelector("[data-field=figures]");
    if (figures) figures.textContent = inFigures(one, this.#speed(one));
  }

  /** Bytes a second since it was heard of last; 0 where that says nothing. @param {Imported} one */
  #speed(one) {
    const [at, bytes] = this.#heard.get(one.id) ?? [0, one.bytes_done];
    this.#heard.set(one.id, [Date.now(), one.bytes_done]);
    const seconds = (Date.now() - at) / 1000;
    return seconds < LONG_AGO ? Math.max(0, (one.bytes_done - bytes) / seconds) : 0;
  }

  /** Somebody went elsewhere in the list, or unfolded something, while this fetched what was shown
   * before: that would take it back. @param {CustomEvent} event */
  #drop(event) {
    const { ctx } = event.detail;
    if (ctx.sourceElement !== this || this.#fetching === this.dataset.address) return;
    event.preventDefault();
    this.#fetching = undefined;
  }

  /** Fetch the region, soon and not too often. */
  #plan() {
    if (this.#planned !== undefined) return;
    const wait = Math.max(60, this.#fetchedAt + AT_MOST_EVERY - Date.now());
    this.#planned = setTimeout(() => this.#fetch(), wait);
  }

  async #fetch() {
    this.#fetchedAt = Date.now();
    this.#fetching = this.dataset.address;
    try {
      await /** @type {any} */ (globalThis).htmx.ajax("GET", this.#fetching, {
        source: this,
        target: "#imports",
        swap: "outerMorph",
        push: "false",
      });
    } finally {
      this.#planned = undefined;
    }
    if (!this.#fetching) this.#plan();
  }
}

/** "41 % · 12 MB of 30 MB · 1.2 MB/s · 1 min"; without what is not known, as the server writes it
 * (playlist_app/imports/in_words.py). @param {Imported} one @param {number} speed */
function inFigures({ progress, bytes_done, bytes_total }, speed) {
  const parts = [`${Math.floor(progress * 100)} %`];
  if (bytes_total) {
    parts.push(say("of", { part: megabytes(bytes_done), whole: megabytes(bytes_total) }));
  } else if (bytes_done) {
    parts.push(megabytes(bytes_done));
  }
  if (speed) parts.push(`${megabytes(speed)}/s`);
  if (speed && bytes_total) parts.push(spell(Math.max(60, (bytes_total - bytes_done) / speed)));
  return parts.join(" · ");
}

customElements.define("import-queue", ImportQueue);
