// What somebody plays for themselves; no room knows of it. It is a list of the library, or a playlist,
// which is then followed as it changes; what comes next the player's queue knows.

import { ordersItself } from "../playlists/order.js";
import { leave } from "../playlists/rooms.js";

/** @typedef {import("../playlists/rooms.js").PlaylistRoom} PlaylistRoom */
/** @typedef {import("../playlists/shapes.js").Item} Item */
/** @typedef {import("../playlists/shapes.js").Track} Track */
/** @typedef {import("./queue.js").Entry} Entry */
/** @typedef {import("./jam-player.js").JamPlayer} JamPlayer */

/** @param {Item} item @returns {Entry} */
export function entryOf(item) {
  return { key: item.id, track: item.track, added_by: item.added_by };
}

export class OwnProgramme {
  mode = "private";
  /** Nothing sounded yet: from here it will go on, once somebody presses Play.
   * @type {number | null} */
  waitsAt = null;
  /** What the list is called. @type {{id: string, title: string} | null} */
  playlist = null;
  #listeners = new AbortController();

  /** @param {JamPlayer} player @param {PlaylistRoom | null} room entered for this programme */
  constructor(player, room) {
    this.player = player;
    this.room = room;
    this.queue = player.queue;
    this.queue.isVoted = ordersItself(room?.model.settings.order_mode);
    if (!room) return;
    this.playlist = room.model.playlist;
    const options = { signal: this.#listeners.signal };
    room.model.addEventListener("change", () => this.#follow(room), options);
  }

  end() {
    this.#listeners.abort();
    if (this.room) leave(this.room);
  }

  get item() {
    return this.queue.current;
  }

  get album() {
    return this.playlist?.title ?? this.item?.track.album ?? "";
  }

  get isPlaying() {
    return !this.player.sound.isPaused;
  }

  get second() {
    return this.waitsAt ?? this.player.sound.second;
  }

  get length() {
    const known = this.item?.track.duration_seconds ?? 0;
    return this.waitsAt === null ? this.player.sound.length : known;
  }

  // --- what people do ----------------------------------------------------------------------------

  /** Play the playlist, from an item of it. @param {string | null} id */
  begin(id) {
    const { room } = this;
    if (!room) return;
    const items = room.model.shown();
    const from = id ?? room.model.room.id ?? (this.queue.isShuffled ? null : items[0]?.id);
    this.#start(this.queue.load(items.map(entryOf), from));
  }

  /** Play tracks, from one of them. @param {Entry[]} entries @param {string | null} key */
  beginList(entries, key) {
    this.#start(this.queue.load(entries, key));
  }

  /** What sounds already goes on, as one's own. @param {Item | null} item */
  adopt(item) {
    const items = this.room?.model.shown() ?? [];
    if (item) this.queue.load(items.map(entryOf), item.id);
  }

  /** Show a track, to be gone on with when somebody presses Play.
   * @param {Entry[]} entries the first of them is it @param {number} second */
  wait(entries, second) {
    this.queue.load(entries, entries[0]?.key);
    this.waitsAt = second;
    this.player.show();
  }

  toggle() {
    const { sound } = this.player;
    if (this.waitsAt !== null) this.#start(this.item, this.waitsAt);
    else if (sound.isPaused) sound.play();
    else sound.pause();
  }

  next() {
    const following = this.queue.next({ byHand: true });
    if (following) {
      this.#start(following);
    } else {
      this.player.sound.pause();
      this.player.show();
    }
  }

  previous() {
    const before = this.second > 4 ? null : this.queue.previous();
    if (before) this.#start(before);
    else this.seek(0);
  }

  /** @param {number} second */
  seek(second) {
    if (this.waitsAt === null) this.player.sound.second = second;
    else this.waitsAt = second;
  }

  /** Aloud for the room, from here on. */
  takeOrGive() {
    const { item, second, player, room } = this;
    if (!room) return;
    const here = item && room.model.view(item.key);
    const programme = player.enterRoom(room);
    programme.takeOver(room.current ?? here ?? room.model.shown()[0], second);
  }

  ended() {
    const following = this.queue.next();
    if (following) this.#start(following);
    else this.player.showPlaying();
  }

  // --- what comes --------------------------------------------------------------------------------

  /** @param {PlaylistRoom} room */
  #follow(room) {
    this.queue.isVoted = ordersItself(room.model.settings.order_mode);
    this.queue.follow(room.model.shown().map(entryOf));
    this.player.showNext();
  }

  upcoming() {
    return this.queue.upcoming;
  }

  /** @param {Entry | null} one @param {number} [second] */
  #start(one, second = 0) {
    this.waitsAt = null;
    if (one) this.player.start(one.track, second);
  }
}
