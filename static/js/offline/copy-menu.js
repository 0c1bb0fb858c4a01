// <copy-menu>: how a playlist is taken along: in which quality, how much that is and what is free; and
// what can be done with what is here. It stands in the sheet, over the page it was opened from.

import { call } from "../api.js";
import { megabytes, say } from "../words.js";
import { copy, leave, usualQuality } from "./copies.js";
import { filesHere, sentence, sizesOf, stateOf } from "./copy-state.js";
import { nowAndThen } from "./now-and-then.js";
import { room } from "./room.js";
import { cancel, pause } from "./steering.js";
import { take } from "./taking.js";

/** @typedef {import("./database.js").Quality} Quality */
/** @typedef {import("./database.js").Copy} Copy */

/**
 * @param {string} playlist its id
 * @param {{title: string, from: HTMLElement, why?: "metered" | "no_room"}} options
 */
export function openMenu(playlist, { title, from, why }) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById("copy-menu"));
  const content = /** @type {CopyMenu} */ (
    document.importNode(template.content, true).firstElementChild
  );
  content.dataset.playlist = playlist;
  if (why) content.dataset.why = why;
  /** @type {HTMLElement} */ (content.querySelector("h1")).textContent = title;
  document.dispatchEvent(new CustomEvent("jam:sheet", { detail: { content, from } }));
}

class CopyMenu extends HTMLElement {
  /** @type {BroadcastChannel | null} */
  #news = null;
  /** How much it is in each quality; null until it is known. @type {Record<Quality, number> | null} */
  #sizes = null;
  /** What was chosen here; until then what the copy or the device has. @type {Quality | null} */
  #chosen = null;

  connectedCallback() {
    if (!this.dataset.playlist) return; // in a template
    this.#news = new BroadcastChannel("jamboree");
    this.#news.onmessage = ({ data }) => {
      if (["copies", "progress"].includes(data.kind)) this.#showSoon();
    };
    this.addEventListener("change", (event) => {
      this.#chosen = /** @type {Quality} */ (/** @type {HTMLInputElement} */ (event.target).value);
      this.show();
    });
    this.addEventListener("click", (event) => {
      const button = /** @type {Element} */ (event.target).closest("button[data-act]");
      if (button) this.#act(button.getAttribute("data-act") ?? "");
    });
    this.show();
    this.#measure();
  }

  disconnectedCallback() {
    this.#news?.close();
  }

  get playlist() {
    return this.dataset.playlist ?? "";
  }

  /** @param {string} name @returns {HTMLElement} */
  field(name) {
    return /** @type {HTMLElement} */ (this.querySelector(`[data-field=${name}]`));
  }

  #showSoon = nowAndThen(() => this.isConnected && this.show());

  /** How much it is: the copy knows, or the server; nothing is made for it. */
  async #measure() {
    const one = await copy(this.playlist).catch(() => undefined);
    try {
      const path = `playlists/${this.playlist}/offline?quality=original`;
      const items = one?.items ?? (await call("GET", path)).items;
      this.#sizes = sizesOf(items);
      if (one) this.#sizes[one.quality] = one.sizeBytes;
    } catch {
      this.field("notice").textContent = say("unreachable");
      this.field("notice").hidden = false;
    }
    this.show();
  }

  async show() {
    const one = await copy(this.playlist).catch(() => undefined);
    const so = one && stateOf(one, await filesHere());
    const { free } = await room().catch(() => ({ free: 0 }));
    /** @type {Quality} */
    const chosen = this.#chosen ?? one?.quality ?? (await usualQuality().catch(() => "original"));
    for (const input of this.querySelectorAll("input")) {
      const quality = /** @type {Quality} */ (input.value);
      input.checked = quality === chosen;
      const size = this.#sizes && megabytes(this.#sizes[quality]);
      const isEstimate = quality === "small" && one?.quality !== "small";
      this.field(`size-${quality}`).textContent = size
        ? say(isEstimate ? "at_most" : "size", { size })
        : "";
    }
    this.field("says").textContent = one && so ? sentence(one, so) : "";
    const progress = /** @type {HTMLProgressElement} */ (this.querySelector("progress"));
    progress.hidden = !so || so.state === "whole";
    progress.value = so?.part ?? 0;
    this.field("room").textContent = say("free_here", { free: megabytes(free) });
    this.#notice(chosen, free, so?.bytes ?? 0);
    const isOther = Boolean(one) && chosen !== one?.quality;
    const shown = {
      take: !one,
      change: isOther,
      "go-on": so?.state === "paused" && !isOther,
      pause: so?.state === "fetching" && !isOther,
      cancel: Boolean(so && so.state !== "whole" && !isOther),
      remove: so?.state === "whole" && !isOther,
    };
    for (const [act, isShown] of Object.entries(shown)) {
      const button = this.querySelector(`[data-act=${act}]`);
      button?.toggleAttribute("hidden", !isShown);
    }
  }

  /** @param {Quality} chosen @param {number} free @param {number} here bytes */
  #notice(chosen, free, here) {
    if (!this.#sizes) return;
    const needed = this.#sizes[chosen] - here;
    const notice = this.field("notice");
    const isTight = needed > free;
    if (isTight) notice.textContent = say("too_large", { size: megabytes(needed) });
    else if (this.dataset.why === "metered") notice.textContent = say("metered");
    notice.hidden = !(isTight || this.dataset.why === "metered");
  }

  /** @param {string} act */
  #act(act) {
    const { playlist } = this;
    const quality = this.#chosen ?? undefined;
    if (act === "pause") pause(playlist);
    else if (act === "cancel") cancel(playlist);
    else if (act === "remove") leave(playlist);
    else take(playlist, { quality });
    if (act !== "pause") this.closest("dialog")?.close();
  }
}

customElements.define("copy-menu", CopyMenu);
