// <take-along>: the button that takes a playlist along, and the one beside it for how. It fills while it
// downloads; while the copy is whole it says so.

import { say } from "../words.js";
import { copy } from "./copies.js";
import { openMenu } from "./copy-menu.js";
import { filesHere, stateOf } from "./copy-state.js";
import { download } from "./downloading.js";
import { follow, NoRoom } from "./following.js";
import { costsMoney } from "./metered.js";
import { nowAndThen } from "./now-and-then.js";
import { take, tell } from "./taking.js";

// Milliseconds after a change of the list: of songs soon, of what only shows (votes) now and then.
const FOLLOWS_AFTER = { list: 1500, rest: 15_000 };

/** Whether the app itself opens without network: its worker has fetched all of it. */
async function isAppHere() {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  return Boolean(registration?.active);
}

class TakeAlong extends HTMLElement {
  /** @type {BroadcastChannel | null} */
  #news = null;
  /** @type {AbortController | null} */
  #listeners = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #following;
  #followsAt = Number.POSITIVE_INFINITY;

  connectedCallback() {
    if (!this.dataset.playlist) return; // in a template
    this.#listeners = new AbortController();
    const options = { signal: this.#listeners.signal };
    this.button.addEventListener("click", () => this.#pressed(), options);
    this.more.addEventListener("click", () => this.#choose(), options);
    // The list around it may have entered its room before or after this was connected.
    const { room } = /** @type {any} */ (this.closest("jam-playlist")) ?? {};
    if (room) this.#watch(room);
    const watch = (/** @type {any} */ { detail }) => this.#watch(detail.room);
    document.addEventListener("jam:room", watch, options);
    this.#news = new BroadcastChannel("jamboree");
    this.#news.onmessage = ({ data }) => {
      if (["copies", "progress"].includes(data.kind)) this.#showSoon();
    };
    this.show();
    navigator.serviceWorker?.ready.then(() => this.#showSoon());
  }

  disconnectedCallback() {
    this.#listeners?.abort();
    this.#news?.close();
    clearTimeout(this.#following);
  }

  get button() {
    return /** @type {HTMLButtonElement} */ (this.querySelector(".take-along"));
  }

  get more() {
    return /** @type {HTMLButtonElement} */ (this.querySelector(".more"));
  }

  get playlist() {
    return this.dataset.playlist ?? "";
  }

  #showSoon = nowAndThen(() => this.isConnected && this.show());

  async show() {
    const one = await copy(this.playlist).catch(() => undefined);
    const so = one && stateOf(one, await filesHere());
    const lacksApp = so?.state === "whole" && !(await isAppHere());
    const state = lacksApp ? "fetching" : (so?.state ?? "none");
    const { button } = this;
    button.dataset.state = state;
    if (state === "whole") button.dataset.icon = "check";
    else if (state === "paused") button.dataset.icon = "play";
    else button.dataset.icon = "arrow-down-to-line";
    button.style.setProperty("--filled", String(so?.part ?? 0));
    const texts = {
      none: say("take_along"),
      fetching: lacksApp
        ? say("getting_app")
        : say("getting", { percent: Math.floor((so?.part ?? 0) * 100) }),
      paused: say("go_on"),
      whole: say("on_device"),
    };
    if (button.textContent !== texts[state]) button.textContent = texts[state];
    // On its own "Go on" says too little to who hears it.
    if (state === "paused") button.setAttribute("aria-label", say("resume"));
    else button.removeAttribute("aria-label");
  }

  #pressed() {
    const { state } = this.button.dataset;
    if (state === "whole" || state === "fetching") this.#choose();
    else if (costsMoney()) this.#choose("metered");
    else take(this.playlist, { choose: () => this.#choose("no_room") });
  }

  /** @param {"metered" | "no_room"} [why] */
  #choose(why) {
    const title = this.closest("jam-playlist")?.querySelector("[data-field=title]")?.textContent;
    openMenu(this.playlist, { title: title ?? "", from: this.more, why });
  }

  /** The copy follows the list while the page is open.
   * @param {import("../playlists/rooms.js").PlaylistRoom} room */
  #watch(room) {
    if (room.id !== this.playlist) return;
    const options = { signal: this.#listeners?.signal };
    room.model.addEventListener("change", (event) => this.#changed(event), options);
    this.#later(FOLLOWS_AFTER.list);
  }

  /** @param {Event} event */
  #changed(event) {
    const { kind } = /** @type {CustomEvent} */ (event).detail;
    const isOfRest = ["voted", "playing", "members"].includes(kind);
    this.#later(isOfRest ? FOLLOWS_AFTER.rest : FOLLOWS_AFTER.list);
  }

  /** @param {number} wait milliseconds */
  #later(wait) {
    const at = performance.now() + wait;
    if (at >= this.#followsAt) return;
    this.#followsAt = at;
    clearTimeout(this.#following);
    this.#following = setTimeout(() => {
      this.#followsAt = Number.POSITIVE_INFINITY;
      this.#follow();
    }, wait);
  }

  async #follow() {
    const one = await copy(this.playlist).catch(() => undefined);
    const list = /** @type {any} */ (this.closest("jam-playlist"));
    if (!one || !list?.room || one.seq >= list.room.model.seq) return;
    try {
      const fresh = await follow(this.playlist);
      if (fresh?.problem === "no_room") tell(await this.#lack(fresh));
      if (fresh?.state === "fetching") await download(this.playlist);
    } catch {
      // No network just now: the copy says so, and the next change or start tries again.
    }
  }

  /** @param {import("./database.js").Copy} one */
  async #lack({ audio }) {
    const { missingBytes, room } = await import("./room.js");
    return new NoRoom(await missingBytes(audio), (await room(audio)).free);
  }
}

customElements.define("take-along", TakeAlong);
