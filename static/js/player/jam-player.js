// <jam-player>: plays, outside of what navigation swaps, through one <audio> element for good.
//
// It is in one of three ways in a room:
//   speaker   this device plays aloud for the room: what it plays is the room's item, and what is done
//             here is done to the room
//   private   somebody listens for themselves; the room knows nothing of it
//   watching  nothing sounds here; it shows what the room plays on another device
//
// The next source is set inside `ended`, from what this device knows of the list: a phone with a
// locked screen lets a page do no more than that. What the server says comes after, and is followed.

import { call, Refused, Unreachable } from "../api.js";
import { deviceId } from "../offline/database.js";
import { toast } from "../pages/toast-line.js";
import { enter, leave } from "../playlists/rooms.js";
import { personOnPage } from "../site.js";
import { say } from "../words.js";
import * as session from "./media-session.js";
import { PlayerView } from "./view.js";

/** @typedef {import("../playlists/rooms.js").PlaylistRoom} PlaylistRoom */
/** @typedef {import("../playlists/shapes.js").Item} Item */

const DRIFT = 2.5; // seconds that the speaker may be off the room before it is wound
const SHOWN_NEXT = 3;

class JamPlayer extends HTMLElement {
  /** @type {"speaker" | "private" | "watching"} */
  mode = "watching";
  /** The room that is played, or watched. @type {PlaylistRoom | null} */
  room = null;
  /** What is on. @type {Item | null} */
  item = null;
  /** @type {AbortController | null} */
  #roomListeners = null;
  #device = "";
  /** What the room was told last by this device: its echo is nothing new. @type {string | null} */
  #told = null;
  /** What this device played of the list: by votes it does not come again. @type {Set<string>} */
  #heard = new Set();
  /** What was begun anew after a failure, once. @type {string | null} */
  #resumed = null;
  view = new PlayerView(this);

  connectedCallback() {
    deviceId().then(
      (id) => {
        this.#device = id;
      },
      () => {
        this.#device = crypto.randomUUID(); // without IndexedDB: for as long as the page is open
      },
    );
    const { audio } = this;
    audio.addEventListener("ended", () => this.#ended());
    audio.addEventListener("timeupdate", () => this.#showTime());
    audio.addEventListener("durationchange", () => this.#showTime());
    audio.addEventListener("play", () => this.#showPlaying());
    audio.addEventListener("pause", () => this.#showPlaying());
    audio.addEventListener("error", () => this.#failed());
    const { view } = this;
    view.$(".toggle").addEventListener("click", () => this.toggle());
    view.$(".next").addEventListener("click", () => this.next());
    view.$(".previous").addEventListener("click", () => this.previous());
    view.$(".open").addEventListener("click", () => this.open(true));
    view.$(".close").addEventListener("click", () => this.open(false));
    view.$(".take").addEventListener("click", () => this.#takeOrGive());
    view.slider.addEventListener("input", () => {
      view.isSeeking = true;
      view.second(view.slider.valueAsNumber);
    });
    view.slider.addEventListener("change", () => {
      view.isSeeking = false;
      this.seek(view.slider.valueAsNumber);
    });
    document.addEventListener("jam:play", (event) => {
      const { room, item } = /** @type {CustomEvent} */ (event).detail;
      this.play(room, item);
    });
    document.addEventListener("jam:room", (event) => {
      this.#visit(/** @type {CustomEvent} */ (event).detail.room);
    });
    const wide = matchMedia("(width >= 900px)");
    wide.addEventListener("change", () => this.toggleAttribute("data-wide", wide.matches));
    this.toggleAttribute("data-wide", wide.matches);
    session.control({
      play: () => this.audio.paused && this.toggle(),
      pause: () => !this.audio.paused && this.toggle(),
      next: () => this.next(),
      previous: () => this.previous(),
      seek: (seconds) => this.seek(seconds),
    });
    // What the room plays elsewhere moves on without an <audio> that says so.
    setInterval(() => this.mode === "watching" && this.#showTime(), 500);
  }

  get audio() {
    return /** @type {HTMLAudioElement} */ (this.querySelector("audio"));
  }

  get #canControl() {
    return ["owner", "editor"].includes(this.room?.model.playlist.my_role ?? "");
  }

  // --- what people do ----------------------------------------------------------------------------

  /** Play an item of a room, or the room itself: aloud for the room where nobody else does and one
   * may, else for oneself. @param {PlaylistRoom} room @param {string | null} id */
  play(room, id) {
    this.#attend(room);
    const { model } = room;
    const { speaker } = model.room;
    const isFree = !speaker || speaker.device === this.#device;
    this.mode = isFree && this.#canControl ? "speaker" : "private";
    const item = (id && model.view(id)) || this.#current() || model.shown()[0];
    if (!item) return;
    // Within the tap that asked for it: only so may a page begin to sound.
    const goesOn = !id && item.id === model.room.id;
    const from = goesOn && this.mode === "speaker" ? this.#roomSecond() : 0;
    this.#start(item, from);
    if (this.mode === "speaker") this.#tellRoom(item, goesOn);
  }

  /** @param {Item} item @param {boolean} goesOn */
  async #tellRoom(item, goesOn) {
    const { id } = this.#mustRoom();
    const { speaker } = this.#mustRoom().model.room;
    this.#told = item.id;
    await this.#ask(async () => {
      if (speaker?.device !== this.#device) {
        const body = { device: this.#device, name: this.#deviceName() };
        await call("POST", `playlists/${id}/room/speaker`, body);
      }
      if (goesOn) await call("POST", `playlists/${id}/room/play`, {});
      else await call("PATCH", `playlists/${id}/items/${item.id}`, { is_playing: true });
    });
  }

  toggle() {
    const { room } = this;
    if (!room) return;
    if (this.mode === "watching") {
      this.#toggleRoom(room);
      return;
    }
    const pausing = !this.audio.paused;
    if (pausing) this.audio.pause();
    else this.#sound();
    if (this.mode === "speaker") {
      this.#ask(() => call("POST", `playlists/${room.id}/room/${pausing ? "pause" : "play"}`, {}));
    }
  }

  /** Another device plays: who may tells it, who may not listens for themselves.
   * @param {PlaylistRoom} room */
  #toggleRoom(room) {
    const { speaker, playing, id } = room.model.room;
    if (!speaker || !this.#canControl) this.play(room, id);
    else {
      this.#ask(() => call("POST", `playlists/${room.id}/room/${playing ? "pause" : "play"}`, {}));
    }
  }

  next() {
    const { room, item } = this;
    if (!room) return;
    if (this.mode === "private") {
      this.#goOn(this.#following(item?.id ?? null));
      return;
    }
    const from = this.mode === "speaker" ? (item?.id ?? null) : room.model.room.id;
    if (this.mode === "speaker") this.#goOn(this.#following(from));
    this.#ask(() => call("POST", `playlists/${room.id}/room/next`, { from }));
  }

  previous() {
    const { room, item } = this;
    if (!room || !item) return;
    const before = room.model.previous(item.id);
    if (this.audio.currentTime > 4 || !before) {
      this.seek(0);
      return;
    }
    if (this.mode === "watching") {
      const path = `playlists/${room.id}/items/${before.id}`;
      this.#ask(() => call("PATCH", path, { is_playing: true }));
    } else {
      this.play(room, before.id);
    }
  }

  /** @param {number} seconds */
  seek(seconds) {
    const { room } = this;
    if (!room) return;
    if (this.mode !== "watching") this.audio.currentTime = seconds;
    if (this.mode !== "private") {
      const position_ms = Math.round(seconds * 1000);
      this.#ask(() => call("POST", `playlists/${room.id}/room/seek`, { position_ms }));
    }
    this.view.second(seconds);
  }

  /** @param {boolean} isOpen */
  open(isOpen) {
    this.view.open(isOpen);
    this.#showTime();
  }

  #takeOrGive() {
    const { room } = this;
    if (!room) return;
    if (this.mode === "speaker") {
      this.audio.pause();
      this.mode = "watching";
      this.#show();
      this.#ask(() => call("POST", `playlists/${room.id}/room/speaker`, { device: null }));
      return;
    }
    // Taken over explicitly: the other device hears of it and falls silent.
    const item = this.#current() ?? this.item ?? room.model.shown()[0];
    if (!item) return;
    this.mode = "speaker";
    const from = item.id === room.model.room.id ? this.#roomSecond() : this.audio.currentTime;
    this.#start(item, from);
    this.#tellRoom(item, item.id === room.model.room.id);
  }

  // --- what the list and the server say ----------------------------------------------------------

  /** A page with a playlist is shown. Where nothing sounds here, its room is watched.
   * @param {PlaylistRoom} room */
  #visit(room) {
    if (this.mode !== "watching" && this.room) return;
    this.#attend(room);
    this.#watch();
  }

  /** @param {PlaylistRoom} room */
  #attend(room) {
    if (this.room === room) return;
    this.#roomListeners?.abort();
    if (this.room) leave(this.room);
    this.#roomListeners = new AbortController();
    const options = { signal: this.#roomListeners.signal };
    const { model } = room;
    const { playlist, seq } = model;
    const items = [...model.items.values()];
    this.#heard.clear();
    this.room = enter({ playlist, items, seq, epoch: room.channel.epoch ?? "" });
    model.addEventListener("change", (event) => this.#changed(event), options);
  }

  /** @param {Event} event */
  #changed(event) {
    const { kind, id } = /** @type {CustomEvent} */ (event).detail;
    if (kind === "playing" || kind === "all") this.#follow();
    if (kind === "updated" && id === this.item?.id) this.#watch();
    this.#showNext();
  }

  /** The room is somewhere: follow it, as the one that plays it or the one that shows it. */
  #follow() {
    if (this.mode === "watching") this.#watch();
    if (this.mode !== "speaker") return;
    const { id, playing, speaker } = this.#mustRoom().model.room;
    if (speaker && speaker.device !== this.#device) {
      this.audio.pause();
      this.mode = "watching";
      this.#watch();
      return;
    }
    if (!id) {
      this.audio.pause();
      this.#show();
      return;
    }
    if (id !== this.item?.id && id !== this.#told) {
      const item = this.#current();
      if (item) this.#start(item, this.#roomSecond());
    } else if (id === this.item?.id) {
      this.#told = null;
      this.#align(playing);
    }
  }

  /** @param {boolean} playing */
  #align(playing) {
    const second = this.#roomSecond();
    if (Math.abs(second - this.audio.currentTime) > DRIFT && this.audio.readyState > 0) {
      this.audio.currentTime = second;
    }
    if (playing && this.audio.paused && !this.audio.ended) this.#sound();
    if (!playing && !this.audio.paused) this.audio.pause();
  }

  #watch() {
    this.item = this.#current() ?? (this.mode === "watching" ? null : this.item);
    this.#show();
  }

  /** What the room is at. @returns {Item | undefined} */
  #current() {
    const model = this.room?.model;
    return model?.room.id ? model.view(model.room.id) : undefined;
  }

  /** The second that the room is at, by the server's clock. */
  #roomSecond() {
    const { room } = this;
    if (!room) return 0;
    const { position_ms, server_time, playing } = room.model.room;
    if (!playing || !server_time) return position_ms / 1000;
    const now = Date.now() + room.channel.clockOffset;
    const second = (position_ms + Math.max(0, now - Date.parse(server_time))) / 1000;
    return Math.min(second, this.#current()?.track.duration_seconds ?? second);
  }

  #mustRoom() {
    if (!this.room) throw new Error("in no room");
    return this.room;
  }

  // --- sound -------------------------------------------------------------------------------------

  #ended() {
    const { room, item } = this;
    if (!room || !item) return;
    const following = this.#following(item.id);
    if (following) this.#start(following, 0);
    else this.#showPlaying();
    if (this.mode !== "speaker") return;
    this.#told = following?.id ?? null;
    this.#ask(() => call("POST", `playlists/${room.id}/room/next`, { from: item.id }));
  }

  /** What comes after an item; the end of the list is also the end of what was heard of it.
   * @param {string | null} id */
  #following(id) {
    const following = this.#mustRoom().model.next(id, this.#heard);
    if (!following) this.#heard.clear();
    return following;
  }

  /** @param {Item | null} following */
  #goOn(following) {
    if (following) {
      this.#told = following.id;
      this.#start(following, 0);
    } else {
      this.audio.pause();
      this.#show();
    }
  }

  /** @param {Item} item @param {number} second */
  #start(item, second) {
    this.item = item;
    this.#heard.add(item.id);
    const { audio } = this;
    if (!item.track.audio) {
      this.#cannotPlay(item, say("no_audio"));
      return;
    }
    audio.src = item.track.audio.url + (this.#resumed === item.id ? "?again" : "");
    if (second > 0) audio.currentTime = second;
    this.#sound();
    session.describe(item.track, this.room?.model.playlist.title ?? "");
    this.#show();
  }

  #sound() {
    this.audio.play().catch((error) => {
      // Another source was set meanwhile, or a page that nobody touched may not sound yet: the button
      // then says Play.
      if (error.name === "NotAllowedError") this.#showPlaying();
    });
  }

  #failed() {
    const { item, audio } = this;
    if (!item || !audio.error || !audio.getAttribute("src")) return;
    // Chromium gives up where a range comes from the worker and the one before did not: on the very
    // first visit, which the worker takes over while the music plays. From there it goes on, under
    // an address of which Chromium has nothing yet.
    if (audio.currentTime > 0 && this.#resumed !== item.id) {
      this.#resumed = item.id;
      this.#start(item, audio.currentTime);
      return;
    }
    const isFormat = audio.error.code === MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED;
    const isThere = this.room?.channel.state === "live";
    this.#cannotPlay(item, say(isFormat && isThere ? "format" : "not_on_device"));
  }

  /** @param {Item} item @param {string} reason */
  #cannotPlay(item, reason) {
    toast(say("cannot_play", { title: item.track.title, reason }));
    this.#show();
  }

  /** Ask something of the server; what it refuses is told, and no network stops no music.
   * @param {() => Promise<unknown>} asking */
  async #ask(asking) {
    if (!personOnPage()) return; // on a page without network
    try {
      await asking();
    } catch (error) {
      if (error instanceof Refused) toast(error.message);
      else if (!(error instanceof Unreachable)) toast(say("log_in_again"));
      if (error instanceof Refused && this.mode === "speaker") this.mode = "private";
      this.#show();
    }
  }

  // --- showing -----------------------------------------------------------------------------------

  #show() {
    const { item, mode, view } = this;
    view.item(item, mode);
    view.speaker(mode, this.room?.model.room.speaker, this.#canControl && Boolean(personOnPage()));
    this.#showNext();
    this.#showPlaying();
    this.#showTime();
  }

  #showPlaying() {
    const { audio, mode, room } = this;
    this.view.toggle(mode === "watching" ? Boolean(room?.model.room.playing) : !audio.paused);
    if (mode !== "watching") session.place(audio);
  }

  #showTime() {
    const { audio, item, mode } = this;
    const isMine = mode !== "watching";
    const known = item?.track.duration_seconds ?? 0;
    const length = isMine && Number.isFinite(audio.duration) ? audio.duration : known;
    this.view.time(isMine ? audio.currentTime : this.#roomSecond(), length);
  }

  /** By rank the next few; by votes the next alone, since the votes may still change all others. */
  #showNext() {
    const model = this.room?.model;
    const count = model?.playlist.order_mode === "votes" ? 1 : SHOWN_NEXT;
    const items = [];
    let item = model?.next(this.item?.id ?? null, this.#heard);
    while (model && item && items.length < count) {
      items.push(item);
      item = model.next(item.id, this.#heard);
    }
    this.view.upNext(items);
  }

  #deviceName() {
    const kind = say(matchMedia("(pointer: coarse)").matches ? "phone" : "computer");
    return say("this_browser", { name: personOnPage()?.name ?? "", kind });
  }
}

customElements.define("jam-player", JamPlayer);
