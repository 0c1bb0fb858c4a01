// <offline-page>: pages without network, from what is on this device (pages/).
//
// The worker answers a navigation that gets no answer with the shell, which holds this element and
// nobody's data. A link that gets no answer is shown by the same element within the page that is open,
// so that the music goes on. It waits for the server's page, which then takes its place.

import { reachable } from "../api.js";
import { toast } from "../pages/toast-line.js";
import { withinApp } from "../site.js";
import { say } from "../words.js";
import { arrive, logInAt } from "./arrival.js";
import { person, welcome } from "./database.js";
import { whenMade } from "./drafts.js";
import { isDraft } from "./has-page.js";
import { settleLogOut } from "./leaving.js";
import { pageAt } from "./page-at.js";
import * as history_ from "./pages/history.js";
import * as home from "./pages/home.js";
import * as library from "./pages/library.js";
import * as others from "./pages/others.js";
import * as playlist from "./pages/playlist.js";
import { fillSideBar } from "./pages/side-bar.js";
import * as snapshots from "./pages/snapshots.js";
import * as thread from "./pages/thread.js";
import * as track from "./pages/track.js";

/** @typedef {import("./page-at.js").At} At */

const ASKS_EVERY = 4000; // milliseconds: whether the server is back
const SLOW_AT_MOST = 3000; // milliseconds; a server that is silent for longer can't be reached
const LONGEST = 30_000; // milliseconds for one page
const DRAWN_WITHIN = 1000; // milliseconds; a tab in the background is not drawn at all

/** Each shows its page, or answers false where the device does not have it.
 * @type {Record<string, (page: HTMLElement, at: At) => Promise<boolean>>} */
const PAGES = {
  home: home.show,
  playlist: playlist.show,
  library: library.show,
  track: track.show,
  history: history_.show,
  thread: thread.show,
  snapshots: snapshots.show,
  ...others.fixed,
};

/**
 * Show what the device has of a page, in the page that is open.
 * @param {string} target
 * @param {{answer?: Promise<Response>, isThere?: boolean}} [so] `answer`: of the server, which is on its
 *   way; `isThere`: the address stands in the history already
 */
export function showOffline(target, { answer, isThere = false } = {}) {
  // As htmx does: without its mark, the way back to this page would show nothing.
  if (!history.state?.htmx) history.replaceState({ htmx: true }, "", location.href);
  if (!isThere) history.pushState({ htmx: true }, "", new URL(target, location.href));
  const page = new OfflinePage();
  page.className = "page";
  page.answer = answer;
  document.getElementById("main")?.replaceChildren(page);
  if (!isThere) scrollTo(0, 0);
  document.dispatchEvent(new CustomEvent("htmx:after:swap"));
}

export class OfflinePage extends HTMLElement {
  /** The server's page, on its way. @type {Promise<Response> | undefined} */
  answer;
  /** The server did not answer when it was asked last. */
  isAway = false;
  /** @type {AbortController | null} */
  #listeners = null;

  connectedCallback() {
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    this.show().then(() => {
      this.#say();
      rest();
      fillSideBar().catch(() => {}); // nothing can be kept here: then there is nothing to list
    });
    const slow = setTimeout(() => this.#slow(), SLOW_AT_MOST);
    signal.addEventListener("abort", () => clearTimeout(slow));
    this.#wait(signal);
  }

  disconnectedCallback() {
    this.#listeners?.abort();
  }

  async show() {
    const isNobody = await person().then((one) => one === null, failed);
    const at = pageAt(withinApp(location.pathname));
    const isHere = at && !isNobody && (await PAGES[at.name](this, at).catch(failed));
    if (isNobody) await others.nobody(this);
    else if (!isHere) await others.nothing(this);
    // Its links swap the page, as all links do: the music goes on.
    /** @type {any} */ (globalThis).htmx?.process(this);
    document.dispatchEvent(new CustomEvent("jam:shown"));
  }

  /** Until the server's page is here. @param {AbortSignal} signal */
  async #wait(signal) {
    // Until it is made the server knows nothing of a playlist, whatever it answered.
    if (await made(signal)) this.answer = undefined;
    if (signal.aborted) return;
    for (let answer = this.answer ?? asked(); ; answer = asked()) {
      const where = location.href;
      const response = await answer.catch(() => null);
      if (signal.aborted) return;
      // What is searched for is in the address, and may have changed.
      if (response && where !== location.href) continue;
      if (response && (await this.#arrived(response))) return;
      this.#away();
      do await occasion(signal);
      while (!signal.aborted && !(await reachable()));
      if (signal.aborted) return;
    }
  }

  /** Whether there is nothing more to wait for. @param {Response} response */
  async #arrived(response) {
    const outcome = await arrive(response, () => this.#calm());
    if (outcome === "nothing") return false;
    if (outcome === "somebody else") await readAnew();
    if (outcome === "signed out") {
      const act = () => location.assign(logInAt(response));
      if (isSounding()) toast(say("log_in_again"), { label: say("log_in"), act });
      else act();
    }
    return true;
  }

  /** When nobody types here, and no row is under a finger. */
  async #calm() {
    const isBusy = () => {
      const field = /** @type {HTMLInputElement | null} */ (this.querySelector("input:focus"));
      const isKept = field?.matches("[data-search]"); // it stands in the address
      return Boolean((field?.value && !isKept) || this.querySelector(".lifted"));
    };
    while (this.isConnected && isBusy()) await new Promise((done) => setTimeout(done, 500));
  }

  /** Nothing came; of a playlist that was made here nothing was asked for. */
  async #slow() {
    const at = pageAt(withinApp(location.pathname));
    const isMadeHere = at?.name === "playlist" && (await isDraft(at.id).catch(() => false));
    if (!isMadeHere || !(await reachable())) this.#away();
  }

  #away() {
    this.isAway = true;
    this.#say();
  }

  /** How things are with the server: no network, no answer, or not yet an answer. */
  #say() {
    const strip = /** @type {HTMLElement | null} */ (this.querySelector("[data-field=strip]"));
    const how = !this.isAway ? "late" : navigator.onLine ? "away" : "offline";
    if (strip && !strip.closest("jam-playlist")) {
      strip.textContent = strip.dataset[how] ?? say(`strip_${how}`);
    }
    const why = this.querySelector("[data-field=why]");
    if (why) why.textContent = say(`nothing_${how}`);
    const detail = how === "late" ? "reconnecting" : how;
    document.dispatchEvent(new CustomEvent("jam:state", { detail, bubbles: true }));
  }
}

/** The page that this is, of the server. It may take its time. Never by the log-in of somebody who left
 * while the server could not be told. */
async function asked() {
  if (!(await settleLogOut().catch(failed))) throw new Error("The log-out is not told yet.");
  return fetch(location.href, {
    headers: { Accept: "text/html" },
    cache: "no-store",
    signal: AbortSignal.timeout(LONGEST),
  });
}

/** Of a playlist that was made on this device: until the server has it; whether it was one.
 * @param {AbortSignal} signal */
async function made(signal) {
  const at = pageAt(withinApp(location.pathname));
  if (at?.name !== "playlist" || !(await isDraft(at.id).catch(() => false))) return false;
  await whenMade(at.id, signal);
  return true;
}

/** A moment at which the server may be back. @param {AbortSignal} signal */
function occasion(signal) {
  return new Promise((done) => {
    const soon = setTimeout(check, ASKS_EVERY);
    function check() {
      if (document.visibilityState === "hidden" && !signal.aborted) return;
      clearTimeout(soon);
      for (const [target, type] of SIGNS) target.removeEventListener(type, check);
      done(undefined);
    }
    for (const [target, type] of SIGNS) target.addEventListener(type, check);
    signal.addEventListener("abort", check, { once: true });
  });
}

/** @type {[EventTarget, string][]} */
const SIGNS = [
  [globalThis, "online"],
  [document, "visibilitychange"],
];

/** @param {unknown} error */
function failed(error) {
  console.error(error); // the page says that nothing is here, which is all there is to say of it
  return false;
}

/** Another person is here by now: what was the first one's goes from the page with it. */
async function readAnew() {
  const me = await fetch(location.href).then((response) => response.text());
  const page = new DOMParser().parseFromString(me, "text/html");
  const who = page.querySelector("meta[name=jam-person]");
  if (who instanceof HTMLMetaElement) {
    await welcome({ id: who.content, name: who.dataset.name ?? "" });
  }
  location.reload();
}

/** The rest of the app, which the shell leaves for when something stands and is drawn. */
function rest() {
  const load = () => import("../later.js");
  requestAnimationFrame(() => setTimeout(load));
  setTimeout(load, DRAWN_WITHIN);
}

function isSounding() {
  const audio = /** @type {HTMLAudioElement | null} */ (document.querySelector("#player audio"));
  return Boolean(audio && !audio.paused);
}

customElements.define("offline-page", OfflinePage);
