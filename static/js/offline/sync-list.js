// <sync-list>: what waits to be sent and why it waits, what the server refused and what can be done about
// it, and what came of the rest. It shows the outbox, and keeps nothing of its own.

import { say } from "../words.js";
import { copies } from "./copies.js";
import { drop, renew } from "./drafts.js";
import { lately, putMine } from "./merged.js";
import { discard, drain, queue, retry } from "./outbox.js";
import { nextAttempt } from "./sending.js";
import { dependent, grouped } from "./sync-groups.js";
import { came, change, group } from "./sync-rows.js";

/** @typedef {import("../playlists/shapes.js").QueuedOperation} QueuedOperation */
/** @typedef {import("./sync-groups.js").Group} Group */

const FEW = 20; // changes of a playlist, until all are asked for
const LATELY = 20;
const AT_ONCE = 120; // milliseconds: hundreds of changes are settled one by one
const SHOWN_FOR = new Set(["queued", "settled", "copies", "outbox", "drained"]);

class SyncList extends HTMLElement {
  /** @type {BroadcastChannel | null} */
  #news = null;
  /** @type {AbortController | null} */
  #listeners = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #soon;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #clock;
  /** Why it waits: a key of the words. */
  #why = "sending";
  /** What was unfolded: ids of playlists and operations. @type {Set<string>} */
  #open = new Set();
  #earlier = LATELY;
  /** @type {QueuedOperation[]} */
  #queued = [];

  connectedCallback() {
    this.#listeners = new AbortController();
    this.addEventListener("click", (event) => this.#clicked(event), this.#listeners);
    this.#news = new BroadcastChannel("jamboree");
    this.#news.onmessage = ({ data }) => this.#heard(data.kind);
    this.#clock = setInterval(() => this.#showWhy(), 1000);
    this.show();
    drain({ ifFree: true }).then((outcome) => {
      if (outcome !== "busy") this.#heard(outcome === "empty" ? "drained" : outcome);
    });
  }

  disconnectedCallback() {
    this.#listeners?.abort();
    this.#news?.close();
    clearTimeout(this.#soon);
    clearInterval(this.#clock);
  }

  /** @param {string} kind */
  #heard(kind) {
    if (kind === "unreachable" || kind === "signed-out") this.#why = kind;
    if (kind === "settled" || kind === "drained") this.#why = "sending";
    this.#showWhy();
    if (!SHOWN_FOR.has(kind)) return;
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.show();
    }, AT_ONCE);
  }

  async show() {
    const [queued, merged, all] = await Promise.all([queue(), lately(), copies()]).catch(() => [
      [],
      [],
      [],
    ]);
    if (!this.isConnected) return;
    this.#queued = queued;
    const titles = new Map(all.map(({ id, playlist }) => [id, playlist.title]));
    const { waiting, failed } = grouped(queued, titles);
    const focus = this.#focused();
    this.#fill("failed", failed);
    this.#fill("waiting", waiting);
    const standing = new Set(queued.map(({ operation }) => operation.id));
    const news = merged.filter(({ operation }) => !standing.has(operation.id));
    const rows = news.slice(0, this.#earlier).map((one) => came(this, one, titles));
    this.#field("lately").replaceChildren(...rows);
    this.#part("lately").hidden = !news.length;
    /** @type {HTMLElement} */ (this.querySelector("[data-act=earlier]")).hidden =
      news.length <= this.#earlier;
    this.#field("empty").hidden = queued.length > 0;
    /** @type {any} */ (globalThis).htmx?.process(this);
    focus();
    this.#showWhy();
  }

  /** @param {"failed" | "waiting"} name @param {Group[]} groups */
  #fill(name, groups) {
    this.#part(name).hidden = !groups.length;
    this.#field(name).replaceChildren(
      ...groups.map((one) => {
        const isOpen = this.#open.has(`${name} ${one.id}`);
        const rows = (isOpen ? one.queued : one.queued.slice(0, FEW)).map((queued) =>
          change(this, queued, { isOpen: this.#open.has(queued.operation.id), behind: one.behind }),
        );
        return group(this, one, rows, name);
      }),
    );
  }

  #showWhy() {
    const isOffline = !navigator.onLine && this.#why !== "signed-out";
    const seconds = Math.ceil((nextAttempt() - Date.now()) / 1000);
    const isPlanned = !isOffline && this.#why === "unreachable" && seconds > 0;
    const key = isOffline ? "no_network" : isPlanned ? "unreachable_next" : this.#why;
    const text = say(`why.${key}`, { seconds });
    const why = this.#field("why");
    if (why.textContent !== text) why.textContent = text;
    const strip = /** @type {HTMLElement} */ (why.closest(".strip"));
    strip.dataset.icon = this.#why === "sending" && !isOffline ? "refresh-cw" : "wifi-off";
  }

  /** @param {MouseEvent} event */
  async #clicked(event) {
    const button = /** @type {Element} */ (event.target).closest("button");
    const act = button?.dataset.act;
    if (!button || !act) return;
    const queued = this.#queued.find(
      ({ operation }) => operation.id === button.closest("li")?.dataset.operation,
    );
    const list = button.closest("section")?.dataset.list;
    button.disabled = true; // twice is once
    if (queued) await this.#act(act, queued, button);
    else if (list) await this.#actOnAll(act, list);
    else if (act === "earlier") this.#earlier += 100;
    if (["send", "retry", "retry-all", "mine"].includes(act)) this.#send();
    await this.show();
    button.disabled = false;
  }

  #send() {
    this.#heard("drained");
    drain().then((outcome) => this.#heard(outcome === "empty" ? "drained" : outcome));
  }

  /** @param {string} act @param {QueuedOperation} queued @param {HTMLButtonElement} button */
  async #act(act, queued, button) {
    const { id, kind, playlist } = queued.operation;
    const isMaking = kind === "create";
    if (act === "both") this.#toggle(id);
    if (act === "mine") await putMine(queued);
    if (act === "retry" && queued.state === "failed") {
      await (isMaking ? renew(playlist) : retry(queued));
    }
    if (act !== "discard") return;
    const count = dependent(queued, this.#queued);
    if (count && !this.#open.has(`discard ${id}`)) {
      this.#open.add(`discard ${id}`); // said first: the next press does it
      return;
    }
    await (isMaking ? drop(playlist) : discard(queued));
    /** @type {HTMLElement | null} */ (button.closest("section"))?.focus();
  }

  /** Whether it was said what goes with it. @param {QueuedOperation} queued */
  asked({ operation }) {
    return this.#open.has(`discard ${operation.id}`)
      ? dependent(/** @type {any} */ ({ operation }), this.#queued)
      : 0;
  }

  /** @param {string} act @param {string} key the state and the playlist of a group */
  async #actOnAll(act, key) {
    if (act === "all") this.#toggle(key);
    const [state, list] = key.split(" ");
    const own = this.#queued.filter(
      ({ operation, state: is }) => is === state && operation.playlist === list,
    );
    for (const queued of own) {
      if (act === "retry-all") await retry(queued);
      if (act === "discard-all") await discard(queued);
    }
  }

  /** @param {string} key */
  #toggle(key) {
    if (!this.#open.delete(key)) this.#open.add(key);
  }

  /** The focus goes back to the same button of the same change. */
  #focused() {
    const button = /** @type {HTMLElement | null} */ (document.activeElement);
    const act = this.contains(button) ? button?.dataset.act : undefined;
    const id = button?.closest("li")?.dataset.operation;
    return () => {
      if (!act || !id) return;
      const row = this.querySelector(`li[data-operation="${id}"]`);
      /** @type {HTMLElement | null | undefined} */ (
        row?.querySelector(`[data-act=${act}]`)
      )?.focus();
    };
  }

  /** @param {string} name @returns {HTMLElement} */
  #field(name) {
    return /** @type {HTMLElement} */ (this.querySelector(`[data-field=${name}]`));
  }

  /** @param {string} name @returns {HTMLElement} */
  #part(name) {
    return /** @type {HTMLElement} */ (this.querySelector(`[data-part=${name}]`));
  }
}

customElements.define("sync-list", SyncList);
