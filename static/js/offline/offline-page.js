// <offline-page>: pages without network, from what is on this device.
//
// The worker answers a navigation that gets no answer with the shell, which holds this element and
// nobody's data. A link that gets no answer is shown by the same element within the page that is open,
// so that the music goes on.

import { reachable } from "../api.js";
import { findLink, keepLink } from "../imports/shared-links.js";
import { address, personOnPage, withinApp } from "../site.js";
import { megabytes, say, sayCount } from "../words.js";
import { copies, copy } from "./copies.js";

const ASKS_EVERY = 4000; // milliseconds: whether the server is back

/** @type {Promise<Document> | undefined} */
let shell;

/** The shell's own markup, which holds the templates of these pages; the worker has it. */
function shellDocument() {
  shell ??= fetch(address("offline-shell"))
    .then((response) => response.text())
    .then((text) => new DOMParser().parseFromString(text, "text/html"));
  return shell;
}

/** @param {string} id @returns {Promise<DocumentFragment>} */
async function template(id) {
  const here = document.getElementById(id) ?? (await shellDocument()).getElementById(id);
  const found = /** @type {HTMLTemplateElement} */ (here);
  return /** @type {DocumentFragment} */ (document.importNode(found.content, true));
}

/** Show what the device has of a page, in the page that is open. @param {string} target */
export function showOffline(target) {
  const url = new URL(target, location.href);
  history.pushState({ htmx: true }, "", url);
  const page = document.createElement("offline-page");
  page.className = "page";
  document.getElementById("main")?.replaceChildren(page);
  document.dispatchEvent(new CustomEvent("htmx:after:swap"));
}

class OfflinePage extends HTMLElement {
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #asking;
  /** Somebody followed a link: to load this page anew would undo that. */
  #isLeaving = false;

  connectedCallback() {
    this.show();
    addEventListener("beforeunload", this.#leaves);
    this.#asking = setInterval(() => this.#ask(), ASKS_EVERY);
    addEventListener("online", this.#ask);
    this.#ask();
  }

  disconnectedCallback() {
    clearInterval(this.#asking);
    removeEventListener("online", this.#ask);
    removeEventListener("beforeunload", this.#leaves);
  }

  #leaves = () => {
    this.#isLeaving = true;
  };

  /** When the server is back, the real page takes this one's place; music goes on. */
  #ask = async () => {
    if (document.visibilityState === "hidden" || !(await reachable()) || !this.isConnected) return;
    // The shell has nobody's token: there the page is loaded anew.
    if (!personOnPage()) {
      if (!isSounding() && !this.#isLeaving) location.reload();
      return;
    }
    const htmx = /** @type {any} */ (globalThis).htmx;
    htmx.ajax("GET", location.href, {
      target: "#main",
      select: "#main",
      selectOOB: "#side-playlists",
      swap: "outerHTML",
    });
  };

  async show() {
    const path = withinApp(location.pathname);
    const [, id] = path.match(/^playlists\/([^/]+)$/) ?? [];
    if (id) await this.#playlist(id);
    else if (path === "") await this.#home();
    else if (path === "downloads") await this.#fixed("downloads-template");
    else if (path === "sync") await this.#fixed("sync-template");
    else if (path === "share") await this.#shared();
    else await this.#nothing();
    // Its links swap the page, as all links do: the music goes on.
    /** @type {any} */ (globalThis).htmx?.process(this);
  }

  /** @param {string} id */
  async #fixed(id) {
    this.replaceChildren(await template(id));
  }

  /** A link that was shared to the app: kept, as the server can't look at it now. This page asks for
   * the server as all of them do, and then the look takes its place. */
  async #shared() {
    const link = findLink(new URLSearchParams(location.search));
    const isKept = link !== "" && (await keepLink(link).catch(() => false));
    if (!isKept) {
      await this.#nothing();
      return;
    }
    this.replaceChildren(await template("share-template"));
    field(this, "link").textContent = link;
  }

  async #nothing() {
    this.replaceChildren(await template("nothing-template"));
    this.#strip();
  }

  async #home() {
    const all = await copies().catch(() => []);
    this.replaceChildren(await template("home-template"));
    const list = /** @type {HTMLElement} */ (this.querySelector("[data-field=cards]"));
    const card = /** @type {HTMLTemplateElement} */ (this.querySelector("template"));
    list.replaceChildren(
      ...all.map((one) => {
        const made = /** @type {HTMLElement} */ (card.content.firstElementChild?.cloneNode(true));
        const link = /** @type {HTMLAnchorElement} */ (made.querySelector("a"));
        link.href = address(`playlists/${one.id}`);
        /** @type {HTMLElement} */ (made.querySelector(".name span")).textContent =
          one.playlist.title;
        /** @type {HTMLElement} */ (made.querySelector(".about")).textContent =
          `${sayCount("tracks", one.items.length)} · ${megabytes(one.sizeBytes)}`;
        fillMosaic(made, one.items);
        return made;
      }),
    );
    /** @type {HTMLElement} */ (this.querySelector("[data-field=none]")).hidden = all.length > 0;
    this.#strip(all.length);
  }

  /** @param {string} id */
  async #playlist(id) {
    const one = await copy(id).catch(() => undefined);
    if (!one) {
      await this.#nothing();
      return;
    }
    const page = await template("playlist-template");
    const list = /** @type {HTMLElement} */ (page.querySelector("jam-playlist"));
    Object.assign(list.dataset, {
      playlist: id,
      seq: one.seq,
      epoch: one.epoch,
      role: one.playlist.my_role,
      mode: one.playlist.order_mode,
    });
    field(list, "title").textContent = one.playlist.title;
    field(list, "description").textContent = one.playlist.description;
    field(list, "description").hidden = !one.playlist.description;
    field(list, "mode").textContent = say(
      one.playlist.order_mode === "votes" ? "votes_order" : "your_order",
    );
    list.querySelector("take-along")?.setAttribute("data-playlist", id);
    for (const link of list.querySelectorAll("[data-online]")) link.remove();
    list.querySelector("search-to-add")?.remove();
    fillMosaic(list, one.items);
    const { make } = await import("../playlists/row.js");
    field(list, "rows").replaceChildren(
      ...one.items.map((item, index) => make(item, id, index + 1)),
    );
    document.title = `${one.playlist.title} · Jamboree`;
    this.replaceChildren(page);
  }

  /** @param {number} [count] */
  #strip(count) {
    const strip = this.querySelector("[data-field=strip]");
    if (strip) strip.textContent = sayCount("offline_strip", count ?? 0);
    document.dispatchEvent(new CustomEvent("jam:state", { detail: "offline" }));
  }
}

function isSounding() {
  const audio = /** @type {HTMLAudioElement | null} */ (document.querySelector("#player audio"));
  return Boolean(audio && !audio.paused);
}

/** @param {Element} within @param {string} name @returns {HTMLElement} */
function field(within, name) {
  return /** @type {HTMLElement} */ (within.querySelector(`[data-field=${name}]`));
}

/** @param {Element} within @param {import("../playlists/shapes.js").Item[]} items */
function fillMosaic(within, items) {
  const covers = items.flatMap(({ track }) => track.cover_url ?? []).slice(0, 4);
  within.querySelector(".mosaic")?.replaceChildren(
    ...covers.map((cover) => {
      const image = new Image(160, 160);
      image.alt = "";
      image.src = cover.replace("/large.", "/small.");
      return image;
    }),
  );
}

customElements.define("offline-page", OfflinePage);
