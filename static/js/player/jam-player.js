// <jam-player>: plays, outside of what navigation swaps, through one <audio> element for good.
//
// What is played, and what comes next, its programme knows: a room's (room-programme.js), or one's own
// (own-programme.js). The player gives it the sound, the buttons and the screen.
//
// The next source is set inside `ended`, from what this device knows of the list: a phone with a
// locked screen lets a page do no more than that. What the server says comes after, and is followed.

import { Refused, Unreachable } from "../api.js";
import { deviceId } from "../offline/database.js";
import { toast } from "../pages/toast-line.js";
import { enter } from "../playlists/rooms.js";
import { personOnPage } from "../site.js";
import { say } from "../words.js";
import { connect } from "./controls.js";
import * as session from "./media-session.js";
import { OwnProgramme } from "./own-programme.js";
import { RoomProgramme } from "./room-programme.js";
import { Sound } from "./sound.js";
import { PlayerView } from "./view.js";

/** @typedef {import("../playlists/rooms.js").PlaylistRoom} PlaylistRoom */
/** @typedef {import("../playlists/shapes.js").Track} Track */

export class JamPlayer extends HTMLElement {
  /** @type {RoomProgramme | OwnProgramme | null} */
  programme = null;
  device = "";
  view = new PlayerView(this);
  sound = new Sound(/** @type {HTMLAudioElement} */ (this.querySelector("audio")));

  connectedCallback() {
    deviceId().then(
      (id) => {
        this.device = id;
      },
      () => {
        this.device = crypto.randomUUID(); // without IndexedDB: for as long as the page is open
      },
    );
    const { sound } = this;
    sound.addEventListener("ended", () => this.programme?.ended());
    sound.addEventListener("time", () => this.showTime());
    sound.addEventListener("playing", () => this.showPlaying());
    sound.addEventListener("failed", (event) => this.#failed(event));
    connect(this);
    // What the room plays elsewhere moves on without an <audio> that says so.
    setInterval(() => this.programme?.mode === "watching" && this.showTime(), 500);
  }

  get deviceName() {
    const kind = say(matchMedia("(pointer: coarse)").matches ? "phone" : "computer");
    return say("this_browser", { name: personOnPage()?.name ?? "", kind });
  }

  // --- what people do ----------------------------------------------------------------------------

  /** Play an item of a room, or the room itself: aloud for the room where nobody else does and one
   * may, else for oneself. @param {PlaylistRoom} room @param {string | null} id */
  play(room, id) {
    const { speaker } = room.model.room;
    const isFree = !speaker || speaker.device === this.device;
    if (isFree && room.canControl) this.enter(RoomProgramme, room).begin(id);
    else this.enter(OwnProgramme, room).begin(id);
  }

  toggle() {
    this.programme?.toggle();
  }

  next() {
    this.programme?.next();
  }

  previous() {
    this.programme?.previous();
  }

  /** @param {number} seconds */
  seek(seconds) {
    this.programme?.seek(seconds);
    this.view.second(seconds);
  }

  takeOrGive() {
    this.programme?.takeOrGive();
  }

  /** @param {boolean} isOpen */
  open(isOpen) {
    this.view.open(isOpen);
    this.showTime();
  }

  // --- programmes --------------------------------------------------------------------------------

  /**
   * The programme of this kind and room: the one that is on, or a new one in its place.
   * @template {RoomProgramme | OwnProgramme} P
   * @param {new (player: JamPlayer, room: PlaylistRoom) => P} kind
   * @param {PlaylistRoom} room
   * @returns {P}
   */
  enter(kind, room) {
    const before = this.programme;
    if (before instanceof kind && before.room === room) return before;
    const { model } = room;
    const { playlist, seq } = model;
    const items = [...model.items.values()];
    const entered = enter({ playlist, items, seq, epoch: room.channel.epoch ?? "" });
    const programme = new kind(this, entered);
    this.programme = programme;
    before?.end(); // after the new one came in: who leaves a room last closes it
    return programme;
  }

  /** A page with a playlist is shown. Where nothing sounds here, its room is watched.
   * @param {PlaylistRoom} room */
  visit(room) {
    if (this.programme && this.programme.mode !== "watching") return;
    this.enter(RoomProgramme, room).watch();
  }

  /** Ask something of the server; what it refuses is told, and no network stops no music.
   * @param {() => Promise<unknown>} asking */
  async ask(asking) {
    if (!personOnPage()) return; // on a page without network
    try {
      await asking();
    } catch (error) {
      if (error instanceof Refused) toast(error.message);
      else if (!(error instanceof Unreachable)) toast(say("log_in_again"));
      const { programme } = this;
      if (error instanceof Refused && programme instanceof RoomProgramme && programme.isSpeaker) {
        this.enter(OwnProgramme, programme.room).adopt(programme.item);
      }
      this.show();
    }
  }

  // --- sound -------------------------------------------------------------------------------------

  /** @param {Track} track @param {number} second */
  start(track, second) {
    this.sound.start(track, second);
    session.describe(track, this.programme?.album ?? "");
    this.show();
  }

  /** @param {Event} event */
  #failed(event) {
    const { reason } = /** @type {CustomEvent} */ (event).detail;
    const title = this.sound.track?.title ?? "";
    const isThere = this.programme?.room?.channel.state === "live";
    const known = reason === "no_audio" || (reason === "format" && isThere);
    toast(say("cannot_play", { title, reason: say(known ? reason : "not_on_device") }));
    this.show();
  }

  // --- showing -----------------------------------------------------------------------------------

  show() {
    const { view, programme } = this;
    const item = programme?.item ?? null;
    const mode = programme?.mode ?? "watching";
    const room = programme?.room;
    view.item(item, mode);
    view.speaker(mode, room?.model.room.speaker, Boolean(room?.canControl && personOnPage()));
    this.showNext();
    this.showPlaying();
    this.showTime();
  }

  showPlaying() {
    const { programme, sound } = this;
    this.view.toggle(Boolean(programme?.isPlaying));
    if (programme && programme.mode !== "watching") session.place(sound.audio);
  }

  showTime() {
    const { programme } = this;
    if (programme) this.view.time(programme.second, programme.length);
  }

  showNext() {
    this.view.upNext(this.programme?.upcoming() ?? []);
  }
}

customElements.define("jam-player", JamPlayer);
