// <jam-playlist>: a playlist's page. The server rendered it; from then on it is kept true by the
// model of the room, row by row, in place: focus, half-typed text and the scroll position stay.

import Sortable from "../../vendor/sortable.js";
import { Refused, SignedOut, Unreachable } from "../api.js";
import { drain, enqueue } from "../offline/outbox.js";
import { toast } from "../pages/toast-line.js";
import { address, personOnPage } from "../site.js";
import { hue, say, sayCount, spell } from "../words.js";
import { itemsOf, ListRows } from "./list-rows.js";
import { ordersItself } from "./order.js";
import { mayIn, rightsIn } from "./rights.js";
import { enter, leave } from "./rooms.js";
import { settingsForm } from "./settings-form.js";
import { sayOrder, why, whyNotMoved } from "./why.js";

/** @typedef {import("./shapes.js").Item} Item */

const NEIGHBOURS = 5; // named in a move: should the nearest be gone by then, the next one counts

export class JamPlaylist extends HTMLElement {
  /** @type {import("./rooms.js").PlaylistRoom | null} */
  room = null;
  /** @type {ListRows | null} */
  #shown = null;
  /** @type {AbortController | null} */
  #listeners = null;
  /** @type {InstanceType<typeof Sortable> | null} */
  #sortable = null;

  connectedCallback() {
    if (!this.dataset.playlist) return; // in a template
    this.#listeners = new AbortController();
    const options = { signal: this.#listeners.signal };
    this.room = enter(this.beginning());
    const { model } = this.room;
    this.#shown = new ListRows(this.rows.list, model, this.#listeners.signal);
    model.addEventListener("change", (e) => this.#changed(e), options);
    this.room.addEventListener("presence", () => this.#showPresence(), options);
    this.room.addEventListener("state", () => this.#showState(), options);
    this.room.addEventListener("gone", () => this.#gone(), options);
    this.room.addEventListener("signed-out", () => this.#signedOut(), options);
    this.addEventListener("jam:which", (e) => this.#tellWhich(e), options);
    // Before the sheet, which would ask the server for its form.
    const before = { capture: true, ...options };
    addEventListener("click", (e) => this.#askSettings(e), before);
    this.rows.form?.addEventListener("submit", (e) => this.#submitted(e), options);
    this.#sortable = this.#makeSortable();
    this.#showPresence();
    this.#showCount();
    this.#showState();
    if (model.seq > Number(this.dataset.seq) || model.waiting.length) {
      this.#showSettings();
      this.#showAll();
    }
    this.dispatchEvent(new CustomEvent("jam:room", { bubbles: true, detail: { room: this.room } }));
  }

  disconnectedCallback() {
    this.#listeners?.abort();
    this.#sortable?.destroy();
    if (this.room) leave(this.room);
    this.room = null;
  }

  /** The <ol> and the form around it. */
  get rows() {
    const list = /** @type {HTMLElement} */ (this.field("rows"));
    return { list, form: list.closest("form") };
  }

  /** @param {string} name @returns {HTMLElement} */
  field(name) {
    return /** @type {HTMLElement} */ (this.querySelector(`[data-field="${name}"]`));
  }

  /** What the page itself says: rows, and what stands in its attributes.
   * @returns {import("./rooms.js").Beginning} */
  beginning() {
    const d = this.dataset;
    const items = itemsOf(this.rows.list);
    return {
      playlist: {
        id: d.playlist ?? "",
        title: this.field("title").textContent ?? "",
        description: this.field("description").textContent ?? "",
        order_mode: d.mode ?? "manual",
        consume: Boolean(d.consume),
        my_role: d.role ?? "viewer",
        party: d.party ? JSON.parse(d.party) : undefined,
        seq: Number(d.seq),
        item_count: items.length,
        duration_seconds: 0,
      },
      items,
      seq: Number(d.seq),
      epoch: d.epoch ?? "",
      room: d.room ? JSON.parse(d.room) : undefined,
    };
  }

  get model() {
    if (!this.room) throw new Error("not on a page");
    return this.room.model;
  }

  get canEdit() {
    return mayIn(this.model.playlist, "move");
  }

  // --- showing -----------------------------------------------------------------------------------

  /** @param {Event} event */
  #changed(event) {
    const { kind, id } = /** @type {CustomEvent} */ (event).detail;
    if (kind === "deleted") this.#gone();
    else if (kind === "settings") this.#showSettings();
    else if (kind === "voted" || kind === "updated") this.#shown?.showOne(id);
    else if (kind === "playing") this.#shown?.showPlaying();
    else if (kind !== "members" && kind !== "restored") this.#showAll();
  }

  #showAll() {
    this.#shown?.showAll();
    this.#showCount();
  }

  #showCount() {
    const shown = this.model.shown();
    const seconds = shown.reduce((sum, item) => sum + (item.track.duration_seconds ?? 0), 0);
    const count = sayCount("tracks", shown.length);
    this.field("count").textContent = seconds ? `${count} · ${spell(seconds)}` : count;
    this.field("empty").hidden = shown.length > 0;
  }

  #showPresence() {
    const { count, people } = this.room?.presence ?? { count: 0, people: [] };
    this.field("presence").textContent = count ? `${sayCount("people_here", count)} ·` : "";
    this.field("avatars").replaceChildren(
      ...people.slice(0, 5).map(({ name }) => {
        const avatar = document.createElement("span");
        avatar.className = "avatar";
        avatar.dataset.hue = String(hue(name));
        avatar.title = name;
        avatar.textContent = name.slice(0, 1);
        return avatar;
      }),
    );
  }

  #showSettings() {
    const { title, description, order_mode, my_role, pending, isNew, refused } =
      this.model.settings;
    this.dataset.mode = order_mode;
    this.dataset.role = my_role;
    this.dataset.may = rightsIn(this.model.settings);
    this.field("title").textContent = title;
    this.field("description").textContent = description;
    this.field("description").hidden = !description;
    this.field("mode").textContent = sayOrder(order_mode);
    document.title = `${title} · Jamboree`;
    const waits = isNew ? say("made_here") : pending.size ? say("setting_pending") : "";
    this.field("waits").hidden = !waits;
    this.field("waits").textContent = waits;
    this.toggleAttribute("data-new", isNew);
    this.#showRefusal(refused);
    this.#sortable?.option("disabled", order_mode !== "manual" || !this.canEdit);
  }

  /** The server would not make the playlist: said here, where it stands. What can be done about it is on
   * the sync page. @param {import("./shapes.js").Problem | undefined} refused */
  #showRefusal(refused) {
    const strip = this.field("strip");
    if (!refused) {
      if (strip.dataset.why === "refused") strip.hidden = true;
      return;
    }
    const link = document.createElement("a");
    link.className = "text-link";
    link.href = address("sync");
    link.textContent = say("what_to_do");
    strip.replaceChildren(say("not_made", { reason: refused.detail }), " ", link);
    strip.dataset.why = "refused";
    strip.dataset.icon = "circle-alert";
    strip.hidden = false;
    /** @type {any} */ (globalThis).htmx?.process(strip);
  }

  #showState() {
    const state = this.room?.channel.state ?? "reconnecting";
    this.dispatchEvent(new CustomEvent("jam:state", { bubbles: true, detail: state }));
  }

  #gone() {
    toast(say("playlist_gone"));
    for (const control of this.querySelectorAll("button, input")) {
      control.setAttribute("disabled", "");
    }
    this.field("strip").hidden = false;
    this.field("strip").textContent = say("playlist_gone");
  }

  #signedOut() {
    toast(say("log_in_again"), { label: say("log_in"), act: () => location.reload() });
  }

  // --- acting ------------------------------------------------------------------------------------

  /** A button of a row was pressed. @param {SubmitEvent} event */
  #submitted(event) {
    const button = /** @type {HTMLButtonElement} */ (event.submitter);
    const row = /** @type {HTMLElement | null} */ (button?.closest(".row"));
    if (!row || !personOnPageOrShell()) return;
    event.preventDefault();
    if (button.matches(".votes button")) this.vote(row.id, button.value);
    else if (button.matches(".art")) this.#play(row.id);
    else if (button.matches(".remove")) this.takeOff(row.id);
    else if (button.matches(".move")) this.#askWhere(row.id, button);
  }

  /** @param {string} id @param {string} direction */
  vote(id, direction) {
    this.#change({ kind: "vote", item: id, direction: /** @type {any} */ (direction) }, id);
  }

  /** @param {string} id */
  takeOff(id) {
    this.#change({ kind: "remove", item: id }, id);
  }

  /** Put an item at a 0-based index among the others. @param {string} id @param {number} index */
  move(id, index) {
    const others = this.model
      .shown()
      .map((item) => item.id)
      .filter((other) => other !== id);
    const after = others.slice(Math.max(0, index - NEIGHBOURS), index).reverse();
    const before = others.slice(index, index + NEIGHBOURS);
    this.#change({ kind: "move", item: id, after, before }, id);
    const title = this.model.view(id)?.track.title ?? "";
    const values = { title, place: index + 1, count: others.length + 1 };
    this.field("said").textContent = say("moved", values);
  }

  /** @param {import("./shapes.js").Track} track */
  async add(track) {
    const there = this.model.waitingItem(track.id);
    if (there) {
      this.alreadyHere(there);
      return;
    }
    const sent = await this.#change(
      { kind: "add", track: track.id, item: crypto.randomUUID() },
      null,
      track,
    );
    toast(say(sent ? "added" : "waits", { title: track.title }));
  }

  /** @param {Item} item */
  alreadyHere(item) {
    const vote = { label: say("vote_for_it"), act: () => this.vote(item.id, "up") };
    toast(
      say("here_already", { title: item.track.title }),
      item.my_vote === "up" ? undefined : vote,
    );
  }

  /**
   * Make a change: written down, shown at once, and sent. Answers whether the server has it.
   * @param {Omit<import("./shapes.js").Operation, "id" | "at" | "playlist" | "base_seq">} change
   * @param {string | null} id the item that it is about
   * @param {import("./shapes.js").Track} [track]
   */
  async #change(change, id, track) {
    const about =
      track?.title ?? (id ? (this.model.view(id)?.track.title ?? "") : this.model.settings.title);
    const { playlist, seq } = this.model;
    const list = this.model.settings.title;
    try {
      const queued = await enqueue(
        { ...change, playlist: playlist.id, base_seq: seq },
        { about, list, track },
      );
      this.model.propose(queued);
      return (await drain()) === "empty";
    } catch (error) {
      const known = [Refused, SignedOut, Unreachable].some((kind) => error instanceof kind);
      toast(known ? /** @type {Error} */ (error).message : say("problem"));
      return false;
    }
  }

  /** Settings are asked for while the server does not answer: their form is made here, and what it says
   * is written down. @param {MouseEvent} event */
  #askSettings(event) {
    const link = /** @type {Element} */ (event.target).closest("[data-settings]");
    const isPlain = !(event.metaKey || event.ctrlKey || event.shiftKey);
    if (!(link instanceof HTMLElement) || !this.contains(link) || !isPlain) return;
    if (this.room?.channel.state === "live") return;
    event.preventDefault();
    event.stopPropagation();
    const content = settingsForm(this.field("settings-template"), this.model.settings, (fields) =>
      this.#configure(fields),
    );
    const detail = { content, from: link };
    this.dispatchEvent(new CustomEvent("jam:sheet", { bubbles: true, detail }));
  }

  /** @param {import("./shapes.js").Settings} fields what changed */
  async #configure(fields) {
    if (!Object.keys(fields).length) return;
    const sent = await this.#change({ kind: "update", fields }, null);
    if (!sent) toast(say("setting_waits"));
  }

  /** Somebody asks which track a row is about. @param {Event} event */
  #tellWhich(event) {
    const { detail } = /** @type {CustomEvent} */ (event);
    detail.track = this.model.view(detail.id)?.track ?? null;
    detail.why = why(this.model, detail.id);
    detail.isNext = this.model.next(this.model.room.id)?.id === detail.id;
  }

  /** @param {string} id */
  #play(id) {
    const detail = { room: this.room, item: id };
    this.dispatchEvent(new CustomEvent("jam:play", { bubbles: true, detail }));
  }

  /** Where an item goes, chosen from a list: for the keyboard, and for whom dragging is too fine.
   * @param {string} id @param {HTMLButtonElement} button */
  #askWhere(id, button) {
    if (ordersItself(this.model.settings.order_mode)) {
      toast(whyNotMoved(this.model, id));
      return;
    }
    const template = /** @type {HTMLTemplateElement} */ (this.field("move-template"));
    const content = /** @type {HTMLElement} */ (
      template.content.firstElementChild?.cloneNode(true)
    );
    const heading = /** @type {HTMLElement} */ (content.querySelector("h1"));
    heading.textContent = say("move_title", { title: this.model.view(id)?.track.title ?? "" });
    const select = /** @type {HTMLSelectElement} */ (content.querySelector("select"));
    const others = this.model.shown().filter((item) => item.id !== id);
    select.append(
      ...others.map((o) => new Option(say("move_after", { title: o.track.title }), o.id)),
    );
    const form = /** @type {HTMLFormElement} */ (content.querySelector("form"));
    form.method = "dialog"; // which closes the sheet
    form.addEventListener("submit", () => this.move(id, select.selectedIndex));
    const detail = { content, from: button };
    this.dispatchEvent(new CustomEvent("jam:sheet", { bubbles: true, detail }));
  }

  #makeSortable() {
    return Sortable.create(this.rows.list, {
      handle: ".move",
      draggable: ".row",
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 180,
      chosenClass: "lifted",
      ghostClass: "gap",
      disabled: this.model.settings.order_mode !== "manual" || !this.canEdit,
      onStart: () => this.#lifted(true),
      onEnd: ({ item, oldIndex, newIndex }) => {
        this.#lifted(false);
        if (oldIndex !== newIndex && newIndex !== undefined) this.move(item.id, newIndex);
      },
    });
  }

  /** @param {boolean} isLifted a row is under a finger: the others wait */
  #lifted(isLifted) {
    if (this.#shown) this.#shown.isDragging = isLifted;
  }
}

/** Without a person the page is nobody's; its forms then go to the server, which asks who it is. */
function personOnPageOrShell() {
  return personOnPage() !== null || document.querySelector("offline-page") !== null;
}

customElements.define("jam-playlist", JamPlaylist);
