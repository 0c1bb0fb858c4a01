// <downloads-list>: what is on this device, how whole it is, and the way to be rid of it.

import { address } from "../site.js";
import { megabytes, say, sayCount } from "../words.js";
import { copies, leave, share } from "./copies.js";
import { given } from "./give-back.js";
import { room } from "./room.js";

class DownloadsList extends HTMLElement {
  /** @type {BroadcastChannel | null} */
  #news = null;

  connectedCallback() {
    this.#news = new BroadcastChannel("jamboree");
    this.#news.onmessage = ({ data }) => {
      if (["copies", "progress"].includes(data.kind)) this.show();
    };
    this.show();
  }

  disconnectedCallback() {
    this.#news?.close();
  }

  /** @param {string} name @returns {HTMLElement} */
  field(name) {
    return /** @type {HTMLElement} */ (this.querySelector(`[data-field=${name}]`));
  }

  async show() {
    const all = await copies().catch(() => []);
    const rows = await Promise.all(all.map((one) => this.#row(one)));
    this.field("copies").replaceChildren(...rows);
    this.field("empty").hidden = all.length > 0;
    const { used, budget } = await room();
    const sizes = { used: megabytes(used), budget: megabytes(budget) };
    this.field("room").textContent = all.length ? say("room", sizes) : "";
    const { songs, bytes } = await given();
    this.field("given").hidden = !songs;
    const what = { count: songs, size: megabytes(bytes) };
    this.field("given").textContent = say(songs === 1 ? "given_one" : "given", what);
  }

  /** @param {import("./database.js").Copy} one */
  async #row(one) {
    const template = /** @type {HTMLTemplateElement} */ (this.querySelector("template"));
    const row = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
    const part = await share(one);
    const link = /** @type {HTMLAnchorElement} */ (row.querySelector(".title"));
    link.textContent = one.playlist.title;
    link.href = address(`playlists/${one.id}`);
    const says = /** @type {HTMLElement} */ (row.querySelector(".says"));
    const size = megabytes(one.sizeBytes);
    const percent = Math.floor(part * 100);
    const whole = `${sayCount("tracks", one.items.length)} · ${size}`;
    says.textContent = part === 1 ? whole : `${whole} · ${say("getting", { percent })}`;
    const progress = /** @type {HTMLProgressElement} */ (row.querySelector("progress"));
    progress.value = part;
    progress.hidden = part === 1;
    row.querySelector("button")?.addEventListener("click", () => leave(one.id));
    return row;
  }
}

customElements.define("downloads-list", DownloadsList);
