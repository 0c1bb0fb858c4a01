// <playlist-thread>: a playlist's thread. It follows the room, and asks for the messages again when one was
// written, changed or deleted. What is written while the server does not answer waits in the outbox, and
// is shown as pending.

import { Refused, SignedOut, Unreachable } from "../api.js";
import { Channel } from "../live/channel.js";
import { contents, drain, enqueue } from "../offline/outbox.js";
import { toast } from "../pages/toast-line.js";
import { personOnPage } from "../site.js";
import { say } from "../words.js";
import { roomOf } from "./rooms.js";

/** @type {any} */
const htmx = /** @type {any} */ (globalThis).htmx;

class PlaylistThread extends HTMLElement {
  /** @type {AbortController | undefined} */
  #listeners;
  /** Where no page of the playlist is open in this tab: a channel of its own. @type {Channel | null} */
  #channel = null;
  /** @type {BroadcastChannel | null} */
  #news = null;

  connectedCallback() {
    this.#listeners = new AbortController();
    const options = { signal: this.#listeners.signal };
    const channel = roomOf(this.playlist)?.channel ?? this.#dial();
    channel.addEventListener("event", (event) => this.#happened(event), options);
    channel.addEventListener("resync", () => this.#read(), options);
    // On the way down, before htmx, which would send the form as well.
    const before = { capture: true, ...options };
    this.addEventListener("submit", (event) => this.#posted(event), before);
    this.#news = new BroadcastChannel("jamboree");
    this.#news.onmessage = () => this.#showWaiting();
    this.#showWaiting();
  }

  disconnectedCallback() {
    this.#listeners?.abort();
    this.#channel?.close();
    this.#news?.close();
  }

  get playlist() {
    return this.dataset.playlist ?? "";
  }

  #dial() {
    this.#channel = new Channel(`ws/playlists/${this.playlist}`, {
      since: Number(this.dataset.seq),
    });
    return this.#channel;
  }

  /** @param {Event} event */
  #happened(event) {
    const { type } = /** @type {CustomEvent} */ (event).detail;
    if (type.startsWith("message.")) this.#read();
  }

  /** Ask for the messages again, unless somebody is changing one of theirs. */
  #read() {
    const place = /** @type {HTMLElement | null} */ (this.querySelector("[data-field=messages]"));
    if (!place || !this.dataset.from) return; // a page of the device, which the server's will replace
    if (place.querySelector("details[open]") || isPlaying(place)) return;
    htmx.ajax("GET", this.dataset.from, { target: place, swap: "innerHTML", push: "false" });
  }

  /** A text alone goes through the outbox, so that it waits where there is no network. What more goes along
   * is sent as a form. @param {SubmitEvent} event */
  #posted(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.dataset.field !== "form") return; // one that changes or deletes a message
    const values = new FormData(form);
    const text = String(values.get("text") ?? "").trim();
    const file = values.get("file");
    const more = values.has("take_snapshot") || values.has("snapshot");
    if (!text || more || (file instanceof File && file.size) || !isSomebodys()) return;
    event.preventDefault();
    event.stopPropagation();
    this.#say(text, form);
  }

  /** @param {string} text @param {HTMLFormElement} form */
  async #say(text, form) {
    const change = { kind: /** @type {const} */ ("message"), text, playlist: this.playlist };
    const about = text.length > 60 ? `${text.slice(0, 59)}…` : text;
    try {
      const list = this.dataset.list;
      const queued = await enqueue({ ...change, base_seq: null }, { about, list });
      form.reset();
      await this.#showWaiting();
      const isSent = (await drain()) === "empty";
      await this.#showWaiting();
      if (isSent && queued) this.#read();
    } catch (error) {
      const known = [Refused, SignedOut, Unreachable].some((kind) => error instanceof kind);
      toast(known ? /** @type {Error} */ (error).message : say("problem"));
    }
  }

  async #showWaiting() {
    const { queued } = await contents(this.playlist);
    const list = /** @type {HTMLElement} */ (this.querySelector("[data-field=waiting]"));
    const form = /** @type {HTMLTemplateElement} */ (this.querySelector("[data-form=waiting]"));
    if (!list || !form) return;
    const waiting = queued.filter(({ operation }) => operation.kind === "message");
    list.hidden = !waiting.length;
    list.replaceChildren(
      ...waiting.map(({ operation }) => {
        const row = /** @type {HTMLElement} */ (form.content.firstElementChild?.cloneNode(true));
        const said = row.querySelector(".said");
        if (said) said.textContent = operation.text ?? "";
        return row;
      }),
    );
  }
}

/** Without a person the page is nobody's; its form then goes to the server, which asks who it is. */
function isSomebodys() {
  return personOnPage() !== null || document.querySelector("offline-page") !== null;
}

/** @param {HTMLElement} place */
function isPlaying(place) {
  return [...place.querySelectorAll("audio")].some((audio) => !audio.paused);
}

customElements.define("playlist-thread", PlaylistThread);
