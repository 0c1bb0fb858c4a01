// <upload-box>: where files are chosen or dropped, and what becomes of each. What it shows is kept in
// uploads.js, and goes on without it. Without scripts its form sends the files all at once.

import { address } from "../site.js";
import { megabytes, say, sayCount } from "../words.js";
import { filesOf, hasFiles } from "./dropped.js";
import { audioOf, isAtWork, total } from "./upload-states.js";
import { uploads } from "./uploads.js";

/** @typedef {import("./upload-states.js").Entry} Entry */

/** @type {Record<string, string>} */
const ICONS = {
  waiting: "clock",
  checking: "search",
  ready: "clock",
  sending: "upload",
  looking: "music",
  added: "check",
  here: "check",
  same: "check",
  broken: "wifi-off",
  refused: "circle-alert",
  left: "pause",
};

/** A left one that got bytes since then may be on its way from another page, or device. */
const LATELY = 60_000; // milliseconds

class UploadBox extends HTMLElement {
  /** @type {AbortController | null} */
  #listeners = null;
  /** @type {Map<Entry, HTMLElement>} */
  #rows = new Map();
  #leftOut = 0;
  #drawing = false;

  connectedCallback() {
    this.#listeners = new AbortController();
    const options = { signal: this.#listeners.signal };
    this.toggleAttribute("data-ready", true);
    // On a page that htmx swapped in, it is parsed as if there were no scripts.
    this.querySelector("noscript")?.remove();
    this.addEventListener("change", this.#chosen, options);
    this.addEventListener("click", this.#pressed, options);
    uploads.addEventListener("change", () => this.#draw(), options);
    uploads.addEventListener("done", () => this.#done(), options);
    addEventListener("dragover", this.#over, options);
    addEventListener("dragleave", this.#out, options);
    addEventListener("drop", this.#dropped, options);
    if (!("webkitdirectory" in HTMLInputElement.prototype)) this.#find("[data-folder]").remove();
    this.#draw();
    uploads.ask().catch(() => {}); // without network what is on this page is shown
  }

  disconnectedCallback() {
    this.#listeners?.abort();
    this.#rows.clear();
  }

  /** @param {string} selector @returns {HTMLElement} */
  #find(selector) {
    return /** @type {HTMLElement} */ (this.querySelector(selector));
  }

  #chosen = (/** @type {Event} */ event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    if (input.type !== "file") return;
    const files = [...(input.files ?? [])];
    input.value = "";
    this.#take(files);
  };

  #over = (/** @type {DragEvent} */ event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    this.closest("details")?.toggleAttribute("data-over", true);
  };

  #out = (/** @type {DragEvent} */ event) => {
    // It leaves each element that it passes; this is the window's edge.
    if (!event.relatedTarget) this.closest("details")?.removeAttribute("data-over");
  };

  #dropped = async (/** @type {DragEvent} */ event) => {
    if (!hasFiles(event) || !event.dataTransfer) return;
    event.preventDefault();
    this.closest("details")?.removeAttribute("data-over");
    this.#take(await filesOf(event.dataTransfer));
  };

  /** @param {File[]} files */
  #take(files) {
    this.closest("details")?.setAttribute("open", "");
    const { audio, others } = audioOf(files, (this.dataset.extensions ?? "").split(","));
    this.#leftOut = others;
    uploads.add(audio, Number(this.dataset.limit));
    this.#draw();
  }

  #pressed = (/** @type {Event} */ event) => {
    const button = /** @type {HTMLElement | null} */ (
      /** @type {Element} */ (event.target).closest("button[data-do]")
    );
    if (!button) return;
    const row = button.closest("li");
    const [entry] = [...this.#rows].find(([, element]) => element === row) ?? [];
    const what = button.dataset.do;
    if (what === "pause") uploads.pause();
    if (what === "go-on") uploads.goOn();
    if (what === "cancel-all") uploads.cancelAll();
    if (what === "retry-all") uploads.retryRefused();
    if (what === "clear") uploads.clear();
    if (entry && what === "cancel") uploads.cancel(entry);
    if (entry && what === "retry") uploads.retry(entry);
    if (entry && what === "anyway") uploads.addAnyway(entry);
  };

  /** When all is through the list of tracks is asked for anew, unless somebody is looking for
   * something in it, or picking tracks. */
  #done() {
    uploads.ask().catch(() => {});
    const search = /** @type {HTMLInputElement | null} */ (document.querySelector("[name=search]"));
    const isPicking = document.querySelector("[data-act=select][aria-pressed=true]");
    if (!total(uploads.entries).added || search?.value || isPicking) return;
    const options = { target: "#tracks", select: "#tracks", swap: "outerHTML" };
    /** @type {any} */ (globalThis).htmx?.ajax("GET", location.href, options).catch(() => {});
  }

  /** At most once a frame: news come with every packet. */
  #draw() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      if (this.isConnected) this.#show();
    });
  }

  #show() {
    const { entries } = uploads;
    for (const [entry, row] of this.#rows) {
      if (entries.includes(entry)) continue;
      row.remove();
      this.#rows.delete(entry);
    }
    const list = this.#find("[data-field=uploads]");
    for (const entry of entries) {
      const row = this.#rows.get(entry) ?? this.#row(entry);
      if (!row.isConnected) list.append(row);
      showRow(row, entry);
    }
    if (entries.length) this.closest("details")?.setAttribute("open", "");
    this.#showTotal();
    write(this.#find("[data-field=left-out]"), sayCount("uploads.left_out", this.#leftOut));
    this.#find("[data-field=left-out]").hidden = !this.#leftOut;
    const { storage } = uploads;
    const line = this.#find("[data-field=storage]");
    line.hidden = !storage?.limit_bytes;
    if (storage?.limit_bytes) {
      const values = { used: megabytes(storage.used_bytes), limit: megabytes(storage.limit_bytes) };
      write(line, say("uploads.storage", values));
    }
  }

  /** @param {Entry} entry */
  #row(entry) {
    const template = /** @type {HTMLTemplateElement} */ (this.querySelector("template"));
    const row = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
    this.#rows.set(entry, row);
    return row;
  }

  #showTotal() {
    const sum = total(uploads.entries);
    const bar = this.#find("[data-field=total]");
    bar.hidden = !sum.files;
    const values = { over: sum.over, files: sum.files };
    const words = sum.atWork
      ? say(uploads.paused ? "uploads.paused_total" : "uploads.total", values)
      : sayCount("uploads.done", sum.added);
    const refused = sum.refused ? ` · ${sayCount("uploads.not_added", sum.refused)}` : "";
    write(this.#find("[data-field=count]"), words + refused);
    const sizes = { sent: megabytes(sum.sent), bytes: megabytes(sum.bytes) };
    write(this.#find("[data-field=bytes]"), sum.atWork ? say("uploads.bytes", sizes) : "");
    const progress = /** @type {HTMLProgressElement} */ (bar.querySelector("progress"));
    progress.hidden = !sum.atWork;
    progress.value = sum.bytes ? sum.sent / sum.bytes : 0;
    const shown = {
      pause: sum.atWork && !uploads.paused,
      "go-on": uploads.paused && sum.atWork,
      "cancel-all": sum.atWork,
      "retry-all": sum.refused > 1 && !sum.atWork,
      clear: sum.over && !sum.atWork,
    };
    for (const [what, is] of Object.entries(shown)) {
      this.#find(`.upload-total [data-do=${what}]`).hidden = !is;
    }
  }
}

/** @param {HTMLElement} row @param {Entry} entry */
function showRow(row, entry) {
  const { state } = entry;
  const field = (/** @type {string} */ name) =>
    /** @type {HTMLElement} */ (row.querySelector(`[data-field=${name}]`));
  row.dataset.state = state;
  const icon = uploads.paused && isAtWork(entry) ? "pause" : ICONS[state];
  row.querySelector("i")?.setAttribute("data-icon", icon);
  showName(field("name"), entry);
  write(field("says"), sentence(entry));
  const progress = /** @type {HTMLProgressElement} */ (row.querySelector("progress"));
  progress.hidden = !["checking", "sending", "broken", "left"].includes(state);
  progress.setAttribute("aria-label", entry.name);
  progress.value = (state === "checking" ? entry.checked : entry.sent) / (entry.size || 1);
  const shown = {
    anyway: state === "here",
    retry: state === "refused" && entry.file,
    cancel: isAtWork(entry) || state === "left",
  };
  for (const [what, is] of Object.entries(shown)) {
    const button = /** @type {HTMLElement} */ (row.querySelector(`[data-do=${what}]`));
    button.hidden = !is;
    button.setAttribute("aria-label", say(`uploads.do_${what}`, { name: entry.name }));
  }
}

/** The name of the file; of what is in the library the track's, as a link.
 * @param {HTMLElement} where @param {Entry} entry */
function showName(where, { name, track }) {
  if (!track) {
    write(where, name);
    return;
  }
  if (where.querySelector("a")) return;
  const link = document.createElement("a");
  link.className = "text-link";
  link.href = address(`library/${track.id}`);
  link.textContent = track.title;
  where.replaceChildren(link);
}

/** @param {Entry} entry */
function sentence(entry) {
  const { state, size, sent, checked, reason, track } = entry;
  const values = {
    size: megabytes(size),
    percent: Math.floor(((state === "checking" ? checked : sent) / (size || 1)) * 100),
    reason,
    artist: track?.artist ?? "",
  };
  if (uploads.paused && isAtWork(entry)) return say("uploads.paused", values);
  if (state === "refused") return reason;
  if (state === "left" && Date.now() - entry.since < LATELY) return say("uploads.lately", values);
  const key = track && !track.artist ? `${state}_alone` : state;
  return say(`uploads.${key}`, values);
}

/** Only what changed, so that nothing is read out twice. @param {HTMLElement} where @param {string} text */
function write(where, text) {
  if (where.textContent !== text) where.textContent = text;
}

customElements.define("upload-box", UploadBox);
