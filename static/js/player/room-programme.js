// What a room plays, as this device sees it. As the speaker it plays aloud for the room: what it plays
// is the room's item, and what is done here is done to the room. Otherwise it watches: nothing sounds
// here, and what is shown plays on another device.

import { leave } from "../playlists/rooms.js";

/** @typedef {import("../playlists/rooms.js").PlaylistRoom} PlaylistRoom */
/** @typedef {import("../playlists/shapes.js").Item} Item */
/** @typedef {import("./jam-player.js").JamPlayer} JamPlayer */

const DRIFT = 2.5; // seconds that the speaker may be off the room before it is wound

export class RoomProgramme {
  /** @type {Item | null} */
  item = null;
  isSpeaker = false;
  /** What the room was told last by this device: its echo is nothing new. @type {string | null} */
  #told = null;
  /** What this device left since the room last agreed with it: what the room still says of these is of
   * before, as when one seeks and presses Next at once. @type {Set<string>} */
  #left = new Set();
  /** It is being told, in two steps: what is heard between them is of before. */
  #isTelling = false;
  /** The server could not be told what plays here, so that it says that nothing does. */
  #isUntold = false;
  /** The room is being told of so many other places: until it knows, what it says is of before. */
  #winding = 0;
  /** What this device played of the list: by votes it does not come again. @type {Set<string>} */
  #heard = new Set();
  #listeners = new AbortController();

  /** @param {JamPlayer} player @param {PlaylistRoom} room entered for this programme */
  constructor(player, room) {
    this.player = player;
    this.room = room;
    const options = { signal: this.#listeners.signal };
    room.model.addEventListener("change", (event) => this.#changed(event), options);
  }

  /** Another programme takes its place. */
  end() {
    this.#listeners.abort();
    leave(this.room);
  }

  get mode() {
    return this.isSpeaker ? "speaker" : "watching";
  }

  get playlist() {
    return this.room.model.playlist;
  }

  get album() {
    return this.room.model.playlist.title;
  }

  get isPlaying() {
    return this.isSpeaker ? !this.player.sound.isPaused : this.room.model.room.playing;
  }

  get second() {
    return this.isSpeaker ? this.player.sound.second : this.room.second;
  }

  get length() {
    return this.isSpeaker ? this.player.sound.length : (this.item?.track.duration_seconds ?? 0);
  }

  // --- what people do ----------------------------------------------------------------------------

  /** Play an item aloud for the room, or the room from where it is. @param {string | null} id */
  begin(id) {
    const { room } = this;
    this.isSpeaker = true;
    const item = (id && room.model.view(id)) || room.current || room.model.shown()[0];
    if (!item) return;
    const goesOn = !id && item.id === room.model.room.id;
    this.#start(item, goesOn ? room.second : 0);
    this.#tellRoom(item, goesOn);
  }

  /** @param {Item} item @param {boolean} goesOn */
  async #tellRoom(item, goesOn) {
    const { room, player } = this;
    const { speaker } = room.model.room;
    this.#told = item.id;
    this.#isTelling = true;
    this.#isUntold = !(await player.ask(async () => {
      if (speaker?.device !== player.device) await room.take(player.device, player.deviceName);
      if (goesOn) await room.play();
      else await room.begin(item.id);
    }));
    this.#isTelling = false;
    if (this.#isUntold) this.#left.clear();
  }

  toggle() {
    const { room, player } = this;
    if (!this.isSpeaker) {
      // Another device plays: who may tells it, who may not listens for themselves.
      const { speaker, playing, id } = room.model.room;
      if (!speaker || !room.canControl) player.play(room, id);
      else player.ask(() => (playing ? room.pause() : room.play()));
      return;
    }
    const pausing = !player.sound.isPaused;
    if (pausing) player.sound.pause();
    else player.sound.play();
    player.ask(() => (pausing ? room.pause() : room.play()));
  }

  next() {
    const { room } = this;
    const from = this.isSpeaker ? (this.item?.id ?? null) : room.model.room.id;
    if (this.isSpeaker) this.#goOn(this.#following(from));
    this.#tell(() => room.next(from));
  }

  previous() {
    const { room, item } = this;
    if (!item) return;
    const before = room.model.previous(item.id);
    if (this.player.sound.second > 4 || !before) this.seek(0);
    else if (this.isSpeaker) this.player.play(room, before.id);
    else this.player.ask(() => room.begin(before.id));
  }

  /** @param {number} second */
  seek(second) {
    if (this.isSpeaker) this.player.sound.second = second;
    this.#winding += 1;
    this.player
      .ask(() => this.room.seek(second))
      .finally(() => {
        this.#winding -= 1;
      });
  }

  /** It stays where it is, for everybody. */
  pauseRoom() {
    this.player.ask(() => this.room.pause());
  }

  /** The sound comes to this device, or ends here. */
  takeOrGive() {
    const { room, player } = this;
    if (this.isSpeaker) {
      player.sound.pause();
      this.isSpeaker = false;
      player.show();
      player.ask(() => room.take(null));
    } else {
      this.takeOver(room.current ?? this.item ?? room.model.shown()[0], 0);
    }
  }

  /** The sound stays here, and is no longer the room's. */
  leaveToOneself() {
    const { room, player, item } = this;
    const wasSpeaker = this.isSpeaker;
    const own = player.enterOwn(room);
    if (wasSpeaker) {
      own.adopt(item);
      player.ask(() => room.take(null));
      player.show();
    } else {
      own.begin(item?.id ?? null);
    }
    return own;
  }

  /** Taken over explicitly: the other device hears of it and falls silent.
   * @param {Item | null | undefined} item @param {number} second where it is, if not the room's */
  takeOver(item, second) {
    if (!item) return;
    const isRooms = item.id === this.room.model.room.id;
    this.isSpeaker = true;
    this.#start(item, isRooms ? this.room.second : second);
    this.#tellRoom(item, isRooms);
  }

  /** @param {() => Promise<unknown>} telling */
  async #tell(telling) {
    if (!(await this.player.ask(telling))) this.#left.clear(); // the room stays where it was
  }

  /** It came to its end: the next begins here at once, and the room is told. */
  ended() {
    const { item, room, player } = this;
    if (!item || !this.isSpeaker) return;
    const following = this.#following(item.id);
    if (following) this.#start(following, 0);
    else player.showPlaying();
    this.#told = following?.id ?? null;
    this.#tell(() => room.next(item.id));
  }

  // --- what the list and the server say ----------------------------------------------------------

  /** @param {Event} event */
  #changed(event) {
    const { kind, id } = /** @type {CustomEvent} */ (event).detail;
    if (kind === "playing" || kind === "all") this.#follow();
    if (kind === "updated" && id === this.item?.id) this.watch();
    this.player.showNext();
  }

  /** The room is somewhere: follow it, as the one that plays it or the one that shows it. */
  #follow() {
    if (!this.isSpeaker) {
      this.watch();
      return;
    }
    const { sound, device } = this.player;
    const { id, playing, speaker } = this.room.model.room;
    if (speaker && speaker.device !== device) {
      sound.pause();
      this.isSpeaker = false;
      this.watch();
    } else if (this.#isTelling && !(id === this.item?.id && playing)) {
      // This device took the room, which does not know yet what it plays here: the music goes on.
    } else if (!id && this.#isUntold) {
      // It began without network: what the server says by now does not end it.
    } else if (!id) {
      sound.pause();
      this.player.show();
    } else if (id === this.item?.id) {
      this.#told = null;
      this.#left.clear();
      this.#align(playing);
    } else if (id !== this.#told && !this.#left.has(id) && this.room.current) {
      this.#start(this.room.current, this.room.second);
      this.#left.clear();
    }
  }

  /** @param {boolean} playing */
  #align(playing) {
    const { sound } = this.player;
    const { second } = this.room;
    const { audio } = sound;
    const isOff = Math.abs(second - sound.second) > DRIFT;
    if (isOff && !this.#winding && audio.readyState > 0) sound.second = second;
    if (playing && sound.isPaused && !audio.ended) sound.play();
    if (!playing && !sound.isPaused) sound.pause();
  }

  watch() {
    this.item = this.room.current ?? (this.isSpeaker ? this.item : null);
    this.player.show();
  }

  // --- what comes --------------------------------------------------------------------------------

  /** What comes after an item; the end of the list is also the end of what was heard of it.
   * @param {string | null} id */
  #following(id) {
    const following = this.room.model.next(id, this.#heard);
    if (!following) this.#heard.clear();
    return following;
  }

  /** Everything that comes, as the list stands now. */
  upcoming() {
    return this.room.model.upcoming(this.item?.id ?? null, this.#heard);
  }

  /** @param {Item | null} following */
  #goOn(following) {
    if (following) {
      this.#told = following.id;
      this.#start(following, 0);
    } else {
      this.player.sound.pause();
      this.player.show();
    }
  }

  /** @param {Item} item @param {number} second */
  #start(item, second) {
    if (this.item) this.#left.add(this.item.id);
    this.#left.delete(item.id);
    this.item = item;
    this.#heard.add(item.id);
    this.player.start(item.track, second);
  }
}
