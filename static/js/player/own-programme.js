// What somebody plays for themselves; no room knows of it.

import { leave } from "../playlists/rooms.js";
import { RoomProgramme } from "./room-programme.js";

/** @typedef {import("../playlists/rooms.js").PlaylistRoom} PlaylistRoom */
/** @typedef {import("../playlists/shapes.js").Item} Item */
/** @typedef {import("./jam-player.js").JamPlayer} JamPlayer */

const SHOWN_NEXT = 3;

export class OwnProgramme {
  /** @type {Item | null} */
  item = null;
  mode = "private";
  /** By votes, what was heard does not come again. @type {Set<string>} */
  #heard = new Set();
  #listeners = new AbortController();

  /** @param {JamPlayer} player @param {PlaylistRoom} room entered for this programme */
  constructor(player, room) {
    this.player = player;
    this.room = room;
    const options = { signal: this.#listeners.signal };
    room.model.addEventListener("change", () => player.showNext(), options);
  }

  end() {
    this.#listeners.abort();
    leave(this.room);
  }

  get album() {
    return this.room.model.playlist.title;
  }

  get isPlaying() {
    return !this.player.sound.isPaused;
  }

  get second() {
    return this.player.sound.second;
  }

  get length() {
    return this.player.sound.length;
  }

  /** @param {string | null} id */
  begin(id) {
    const { room } = this;
    const item = (id && room.model.view(id)) || room.current || room.model.shown()[0];
    if (item) this.#start(item);
  }

  /** What sounds already goes on, as one's own. @param {Item | null} item */
  adopt(item) {
    this.item = item;
    if (item) this.#heard.add(item.id);
  }

  toggle() {
    const { sound } = this.player;
    if (sound.isPaused) sound.play();
    else sound.pause();
  }

  next() {
    const following = this.#following();
    if (following) {
      this.#start(following);
    } else {
      this.player.sound.pause();
      this.player.show();
    }
  }

  previous() {
    const before = this.item && this.room.model.previous(this.item.id);
    if (this.player.sound.second > 4 || !before) this.seek(0);
    else this.#start(before);
  }

  /** @param {number} second */
  seek(second) {
    this.player.sound.second = second;
  }

  /** Aloud for the room, from here on. */
  takeOrGive() {
    const { item, second, player, room } = this;
    const programme = player.enter(RoomProgramme, room);
    programme.takeOver(room.current ?? item ?? room.model.shown()[0], second);
  }

  ended() {
    const following = this.#following();
    if (following) this.#start(following);
    else this.player.showPlaying();
  }

  #following() {
    const following = this.room.model.next(this.item?.id ?? null, this.#heard);
    if (!following) this.#heard.clear();
    return following;
  }

  upcoming() {
    const { model } = this.room;
    const items = [];
    let item = model.next(this.item?.id ?? null, this.#heard);
    while (item && items.length < SHOWN_NEXT) {
      items.push(item);
      if (model.playlist.order_mode === "votes") break;
      item = model.next(item.id, this.#heard);
    }
    return items;
  }

  /** @param {Item} item */
  #start(item) {
    this.item = item;
    this.#heard.add(item.id);
    this.player.start(item.track, 0);
  }
}
