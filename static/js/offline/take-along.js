// <take-along>: the button that takes a playlist along. It fills while it downloads; while the copy is
// whole it says so. A press on a whole copy leads to the downloads, where it can be removed.

import { Refused, SignedOut } from "../api.js";
import { toast } from "../pages/toast-line.js";
import { address } from "../site.js";
import { megabytes, say } from "../words.js";
import { copy, share } from "./copies.js";
import { download, takeAlong } from "./downloading.js";
import { reason } from "./fetching.js";
import { follow, NoRoom } from "./following.js";

const FOLLOWS_AFTER = 1500; // milliseconds after the last change: a party changes a list often

class TakeAlong extends HTMLElement {
  /** @type {BroadcastChannel | null} */
  #news = null;
  /** @type {AbortController | null} */
  #listeners = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #following;
  #busy = false;

  connectedCallback() {
    if (!this.dataset.playlist) return; // in a template
    this.#listeners = new AbortController();
    const options = { signal: this.#listeners.signal };
    this.button.addEventListener("click", () => this.#pressed(), options);
    // The list around it may have entered its room before or after this was connected.
    const { room } = /** @type {any} */ (this.closest("jam-playlist")) ?? {};
    if (room) this.#watch(room);
    const watch = (/** @type {any} */ { detail }) => this.#watch(detail.room);
    document.addEventListener("jam:room", watch, options);
    this.#news = new BroadcastChannel("jamboree");
    this.#news.onmessage = ({ data }) => {
      if (["copies", "progress"].includes(data.kind)) this.show();
    };
    this.show();
  }

  disconnectedCallback() {
    this.#listeners?.abort();
    this.#news?.close();
    clearTimeout(this.#following);
  }

  get button() {
    return /** @type {HTMLButtonElement} */ (this.querySelector("button"));
  }

  get playlist() {
    return this.dataset.playlist ?? "";
  }

  async show() {
    const one = await copy(this.playlist).catch(() => undefined);
    const part = one ? await share(one) : 0;
    /** @type {"none" | import("./database.js").Copy["state"]} */
    let state = one?.state ?? "none";
    if (state === "whole" && part < 1) state = "paused"; // the browser threw something away
    this.button.dataset.state = state;
    this.button.dataset.icon = state === "whole" ? "check" : "arrow-down-to-line";
    this.button.style.setProperty("--filled", String(state === "none" ? 0 : part));
    const percent = Math.floor(part * 100);
    const texts = {
      none: say("take_along"),
      fetching: say("getting", { percent }),
      paused: say("resume"),
      whole: say("on_device"),
    };
    if (this.button.textContent !== texts[state]) this.button.textContent = texts[state];
  }

  async #pressed() {
    if (this.button.dataset.state === "whole") {
      location.assign(address("downloads"));
      return;
    }
    if (!navigator.serviceWorker || !globalThis.caches) {
      toast(say("no_worker"));
      return;
    }
    if (this.#busy) return;
    this.#busy = true;
    try {
      this.button.dataset.state = "fetching";
      const begins = (/** @type {import("./database.js").Copy} */ one) =>
        toast(say("needs", { size: megabytes(one.sizeBytes) }));
      await takeAlong(this.playlist, { begins });
    } catch (error) {
      this.#failed(error);
    }
    this.#busy = false;
    this.show();
  }

  /** @param {unknown} error */
  #failed(error) {
    if (error instanceof NoRoom) {
      const sizes = { size: megabytes(error.needed), free: megabytes(error.free) };
      toast(say("not_enough", sizes));
    } else if (error instanceof SignedOut) {
      toast(say("log_in_again"));
    } else {
      const status = error instanceof Refused ? error.status : "";
      toast(say("broken_off", { reason: say(reason(error), { status }) }));
    }
  }

  /** The copy follows the list while the page is open.
   * @param {import("../playlists/rooms.js").PlaylistRoom} room */
  #watch(room) {
    if (room.id !== this.playlist) return;
    const options = { signal: this.#listeners?.signal };
    room.model.addEventListener("change", () => this.#later(), options);
    this.#later();
  }

  #later() {
    clearTimeout(this.#following);
    this.#following = setTimeout(() => this.#follow(), FOLLOWS_AFTER);
  }

  async #follow() {
    const one = await copy(this.playlist).catch(() => undefined);
    const list = /** @type {any} */ (this.closest("jam-playlist"));
    if (!one || !list?.room || one.seq >= list.room.model.seq) return;
    try {
      const fresh = await follow(this.playlist);
      if (fresh?.state === "fetching") await download(this.playlist);
    } catch (error) {
      if (error instanceof NoRoom) this.#failed(error);
      // Otherwise: no network just now; the next change or start tries again.
    }
  }
}

customElements.define("take-along", TakeAlong);
