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
import { ordersItself } from "../playlists/order.js";
import { enter } from "../playlists/rooms.js";
import { personOnPage } from "../site.js";
import { say } from "../words.js";
import { connect } from "./controls.js";
import { habits, recall } from "./habits.js";
import { Hearing } from "./hearing.js";
import { keep, sendListens } from "./listens.js";
import * as session from "./media-session.js";
import { OnDevice } from "./on-device.js";
import { OwnProgramme } from "./own-programme.js";
import { Place } from "./place.js";
import { Queue } from "./queue.js";
import { RoomProgramme } from "./room-programme.js";
import { SleepTimer } from "./sleep.js";
import { Sound } from "./sound.js";
import { PlayerView } from "./view.js";

/** @typedef {import("../playlists/rooms.js").PlaylistRoom} PlaylistRoom */
/** @typedef {import("../playlists/shapes.js").Track} Track */

const SHOWN_NEXT = 3;
const LONG = 600; // seconds; what is longer is rather spoken than sung

/** A room, entered once more. @param {PlaylistRoom} room */
function again(room) {
  const { playlist, seq } = room.model;
  const items = [...room.model.items.values()];
  return enter({ playlist, items, seq, epoch: room.channel.epoch ?? "" });
}

export class JamPlayer extends HTMLElement {
  /** @type {RoomProgramme | OwnProgramme | null} */
  programme = null;
  device = "";
  view = new PlayerView(this);
  sound = new Sound(/** @type {HTMLAudioElement} */ (this.querySelector("audio")));
  /** What comes next for oneself; it outlives what is played now. */
  queue = new Queue();
  hearing = new Hearing({
    keep: (heard, track) => keep(heard, track).catch(() => {}),
    send: sendListens,
  });
  sleep = new SleepTimer(this.sound.audio, () => this.rest());
  place = new Place(this);
  onDevice = new OnDevice(this);
  /** Rooms that are looked at while something waits here. @type {WeakSet<PlaylistRoom>} */
  #visited = new WeakSet();
  /** Until all that was asked so far is answered. @type {Promise<unknown>} */
  #asked = Promise.resolve();

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
    sound.addEventListener("ended", () => this.#ended());
    sound.addEventListener("time", () => {
      if (!sound.isPaused) this.hearing.at(sound.second, sound.rate);
      this.showTime();
    });
    sound.addEventListener("playing", () => {
      if (sound.isPaused) this.hearing.pause();
      this.showPlaying();
    });
    addEventListener("pagehide", () => this.hearing.pause());
    sound.addEventListener("failed", (event) => this.#failed(event));
    sound.addEventListener("preparing", () => this.#preparing());
    connect(this);
    recall().then(({ isShuffled, repeat }) => {
      Object.assign(this.queue, { isShuffled, repeat });
      this.showNext();
    });
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
    if (isFree && room.canControl) this.enterRoom(room).begin(id);
    else this.enterOwn(room).begin(id);
  }

  /** Play tracks of the library for oneself, from one of them.
   * @param {Track[]} tracks @param {string | null} id */
  playTracks(tracks, id) {
    const entries = tracks.map((track) => ({ key: track.id, track }));
    this.enterOwn(null).beginList(entries, id);
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

  /** Fall silent, wherever it plays here. */
  rest() {
    const { programme } = this;
    if (programme && programme.mode !== "watching" && !this.sound.isPaused) programme.toggle();
  }

  // --- programmes --------------------------------------------------------------------------------

  /** The room's programme: the one that is on, or a new one in its place. @param {PlaylistRoom} room */
  enterRoom(room) {
    const { programme } = this;
    if (programme instanceof RoomProgramme && programme.room === room) return programme;
    return this.#take(new RoomProgramme(this, again(room)));
  }

  /** One's own: of a playlist, or of nobody's list. @param {PlaylistRoom | null} room */
  enterOwn(room) {
    const { programme } = this;
    if (room && programme instanceof OwnProgramme && programme.room === room) return programme;
    return this.#take(new OwnProgramme(this, room && again(room)));
  }

  /** @template {RoomProgramme | OwnProgramme} P @param {P} programme @returns {P} */
  #take(programme) {
    const before = this.programme;
    this.programme = programme;
    before?.end(); // after the new one came in: who leaves a room last closes it
    return programme;
  }

  /** A page with a playlist is shown. Where nothing sounds here, its room is watched; what only waits
   * to be gone on with gives way once the room plays. @param {PlaylistRoom} room */
  visit(room) {
    const { programme } = this;
    const waits = programme instanceof OwnProgramme && programme.waitsAt !== null;
    if (!programme || programme.mode === "watching" || (waits && room.current)) {
      this.enterRoom(room).watch();
    } else if (waits && !this.#visited.has(room)) {
      this.#visited.add(room);
      room.model.addEventListener("change", () => room.current && this.visit(room));
    }
  }

  /** Ask something of the server, after all that was asked before, and whether it was done; what it
   * refuses is told, and no network stops no music.
   * @param {() => Promise<unknown>} asking */
  async ask(asking) {
    if (!personOnPage()) return false; // on a page without network
    // Two at once could arrive the other way round: a seek would then be one in the next song.
    const asked = this.#asked.then(asking);
    this.#asked = asked.catch(() => {});
    try {
      await asked;
      return true;
    } catch (error) {
      if (error instanceof Refused) toast(error.message);
      else if (!(error instanceof Unreachable)) toast(say("log_in_again"));
      const { programme } = this;
      if (error instanceof Refused && programme instanceof RoomProgramme && programme.isSpeaker) {
        this.enterOwn(programme.room).adopt(programme.item);
      }
      this.show();
      return false;
    }
  }

  // --- sound -------------------------------------------------------------------------------------

  /** @param {Track} track @param {number} second */
  start(track, second) {
    this.hearing.begin(track, this.programme?.playlist?.id ?? null, second);
    this.sound.rate = this.rateFor(track);
    this.sound.start(track, second);
    session.describe(track, this.programme?.album ?? "");
    this.show();
  }

  /** How fast a track goes: long ones, which people speak in, as they chose; a room has one time.
   * @param {Track} track */
  rateFor(track) {
    return this.isLong(track) && this.programme?.mode === "private" ? habits().rate : 1;
  }

  /** @param {Track} track */
  isLong(track) {
    return (track.duration_seconds ?? 0) > LONG;
  }

  #ended() {
    this.hearing.end();
    if (this.sleep.endsHere()) {
      this.show();
      if (this.programme instanceof RoomProgramme) this.programme.pauseRoom();
    } else {
      this.programme?.ended();
    }
    if (this.sound.isPaused) this.place.tell();
  }

  /** @param {Event} event */
  #failed(event) {
    const { reason } = /** @type {CustomEvent} */ (event).detail;
    const title = this.sound.track?.title ?? "";
    const { channel } = this.programme?.room ?? {};
    const isThere = channel ? channel.state === "live" : navigator.onLine;
    const known = ["no_audio", "broken"].includes(reason) || (reason === "format" && isThere);
    toast(say("cannot_play", { title, reason: say(known ? reason : "not_on_device") }));
    this.show();
  }

  #preparing() {
    toast(say("preparing", { title: this.sound.track?.title ?? "" }));
    this.show();
  }

  // --- showing -----------------------------------------------------------------------------------

  show() {
    const { view, programme } = this;
    const item = programme?.item ?? null;
    const mode = programme?.mode ?? "watching";
    const room = programme?.room;
    view.item(item, mode);
    const waitsAt = programme instanceof OwnProgramme ? programme.waitsAt : null;
    view.waits(waitsAt);
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
    const { programme } = this;
    const coming = programme?.upcoming() ?? [];
    // By votes, or in turns, the next alone, since the votes may still change all others.
    const isVoted = ordersItself(programme?.room?.model.settings.order_mode);
    this.view.upNext(coming.slice(0, isVoted ? 1 : SHOWN_NEXT));
    this.dispatchEvent(new CustomEvent("jam:coming"));
  }
}

customElements.define("jam-player", JamPlayer);
