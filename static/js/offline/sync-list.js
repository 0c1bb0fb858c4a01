// <sync-list>: what waits to be sent, and what the server refused, with its reason.

import { say } from "../words.js";
import { discard, drain, queue, retry } from "./outbox.js";

/** @typedef {import("../playlists/shapes.js").QueuedOperation} QueuedOperation */

class SyncList extends HTMLElement {
  /** @type {BroadcastChannel | null} */
  #news = null;

  connectedCallback() {
    this.#news = new BroadcastChannel("jamboree");
    this.#news.onmessage = ({ data }) => {
      if (["queued", "settled"].includes(data.kind)) this.show();
    };
    this.show();
  }

  disconnectedCallback() {
    this.#news?.close();
  }

  async show() {
    const all = await queue().catch(() => []);
    this.querySelector("[data-field=operations]")?.replaceChildren(...all.map((q) => this.#row(q)));
    /** @type {HTMLElement} */ (this.querySelector("[data-field=empty]")).hidden = all.length > 0;
  }

  /** @param {QueuedOperation} queued */
  #row(queued) {
    const template = /** @type {HTMLTemplateElement} */ (this.querySelector("template"));
    const row = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
    const { kind } = queued.operation;
    const failed = queued.state === "failed";
    /** @type {HTMLElement} */ (row.querySelector(".title")).textContent = say(`kinds.${kind}`, {
      title: queued.about,
    });
    /** @type {HTMLElement} */ (row.querySelector(".says")).textContent = failed
      ? (queued.problem?.detail ?? say("problem"))
      : say("pending");
    /** @type {HTMLElement} */ (row.querySelector("i")).dataset.icon = failed
      ? "circle-alert"
      : "clock";
    const again = /** @type {HTMLButtonElement} */ (row.querySelector(".retry"));
    again.onclick = async () => {
      if (failed) await retry(queued);
      await drain();
      this.show();
    };
    const away = /** @type {HTMLButtonElement} */ (row.querySelector(".discard"));
    away.onclick = async () => {
      await discard(queued);
      this.show();
    };
    return row;
  }
}

customElements.define("sync-list", SyncList);
