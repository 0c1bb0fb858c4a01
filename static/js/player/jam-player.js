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
import { clock, say } from "../words.js";
import * as session from "./media-session.js";

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
  #seeking = false;
  #device = "";
  /** What the room was told last by this device: its echo is nothing new. @type {string | null} */
  #told = null;

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
    this.$(".toggle").addEventListener("click", () => this.toggle());
    this.$(".next").addEventListener("click", () => this.next());
    this.$(".previous").addEventListener("click", () => this.previous());
    this.$(".open").addEventListener("click", () => this.open(true));
    this.$(".close").addEventListener("click", () => this.open(false));
    this.$(".take").addEventListener("click", () => this.#takeOrGive());
    this.slider.addEventListener("input", () => {
      this.#seeking = true;
      this.#showSeek(this.slider.valueAsNumber);
    });
    this.slider.addEventListener("change", () => {
      this.#seeking = false;
      this.seek(this.slider.valueAsNumber);
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

  get slider() {
    return /** @type {HTMLInputElement} */ (this.querySelector("input[type=range]"));
  }

  /** @param {string} selector @returns {HTMLElement} */
  $(selector) {
    return /** @type {HTMLElement} */ (this.querySelector(selector));
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
      this.#goOn(room.model.next(item?.id ?? null));
      return;
    }
    const from = this.mode === "speaker" ? (item?.id ?? null) : room.model.room.id;
    if (this.mode === "speaker") this.#goOn(room.model.next(from));
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
    this.#showSeek(seconds);
  }

  /** @param {boolean} isOpen */
  open(isOpen) {
    this.toggleAttribute("data-open", isOpen);
    this.$(".open").setAttribute("aria-expanded", String(isOpen));
    this.$(isOpen ? ".close" : ".open").focus();
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
    const following = room.model.next(item.id);
    if (following) this.#start(following, 0);
    else this.#showPlaying();
    if (this.mode !== "speaker") return;
    this.#told = following?.id ?? null;
    this.#ask(() => call("POST", `playlists/${room.id}/room/next`, { from: item.id }));
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
    const { audio } = this;
    if (!item.track.audio) {
      this.#cannotPlay(item, say("no_audio"));
      return;
    }
    audio.src = item.track.audio.url;
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
    const { item } = this;
    this.hidden = !item;
    this.#showSpeaker();
    this.#showNext();
    this.#showPlaying();
    this.#showTime();
    if (!item) return;
    this.dataset.mode = this.mode;
    this.$(".text .title").textContent = item.track.title;
    this.$(".text .by").textContent = [item.track.artist, item.added_by.name]
      .filter(Boolean)
      .join(" · ");
    const image = /** @type {HTMLImageElement} */ (this.querySelector(".art img"));
    const cover = item.track.cover_url ?? "";
    if (image.getAttribute("src") !== cover) {
      if (cover) image.src = cover;
      else image.removeAttribute("src");
    }
  }

  get #isSounding() {
    return this.mode === "watching" ? Boolean(this.room?.model.room.playing) : !this.audio.paused;
  }

  #showPlaying() {
    const button = this.$(".toggle");
    button.dataset.icon = this.#isSounding ? "pause" : "play";
    button.setAttribute("aria-label", say(this.#isSounding ? "pause" : "play"));
    if (this.mode !== "watching") session.place(this.audio);
  }

  #showTime() {
    if (this.#seeking) return;
    const known = this.item?.track.duration_seconds ?? 0;
    const { duration, currentTime } = this.audio;
    const isMine = this.mode !== "watching";
    const length = isMine && Number.isFinite(duration) ? duration : known;
    this.slider.max = String(length || 0);
    this.$(".length").textContent = clock(length) || "0:00";
    this.#showSeek(isMine ? currentTime : this.#roomSecond());
  }

  /** @param {number} second */
  #showSeek(second) {
    const { slider } = this;
    slider.value = String(second);
    const length = Number(slider.max);
    slider.style.setProperty("--played", String(length ? second / length : 0));
    slider.setAttribute("aria-valuetext", `${clock(second)} / ${clock(length)}`);
    this.$(".at").textContent = clock(second) || "0:00";
  }

  #showSpeaker() {
    const speaker = this.room?.model.room.speaker;
    const where = this.$(".where");
    if (this.mode === "speaker") where.textContent = say("playing_here");
    else if (this.mode === "private") where.textContent = say("for_yourself");
    else if (speaker) where.textContent = say("playing_there", { name: speaker.name });
    else where.textContent = say("no_speaker");
    const take = this.$(".take");
    take.hidden = !this.#canControl || !personOnPage();
    take.textContent = say(this.mode === "speaker" ? "stop_here" : "play_here");
  }

  #showNext() {
    const model = this.room?.model;
    const list = this.$(".up-next ul");
    const template = /** @type {HTMLTemplateElement} */ (this.querySelector(".next-template"));
    const rows = [];
    let item = model?.next(this.item?.id ?? null) ?? null;
    while (item && rows.length < SHOWN_NEXT) {
      rows.push(item);
      item = model?.playlist.order_mode === "votes" ? null : (model?.next(item.id) ?? null);
    }
    this.$(".up-next").hidden = rows.length === 0;
    list.replaceChildren(
      ...rows.map(({ track, added_by }) => {
        const row = /** @type {HTMLElement} */ (
          template.content.firstElementChild?.cloneNode(true)
        );
        /** @type {HTMLElement} */ (row.querySelector(".title")).textContent = track.title;
        const by = /** @type {HTMLElement} */ (row.querySelector(".by"));
        by.textContent = [track.artist, added_by.name].filter(Boolean).join(" · ");
        const image = /** @type {HTMLImageElement} */ (row.querySelector("img"));
        if (track.cover_url) image.src = track.cover_url.replace("/large.", "/small.");
        return row;
      }),
    );
  }

  #deviceName() {
    const kind = say(matchMedia("(pointer: coarse)").matches ? "phone" : "computer");
    return say("this_browser", { name: personOnPage()?.name ?? "", kind });
  }
}

customElements.define("jam-player", JamPlayer);
