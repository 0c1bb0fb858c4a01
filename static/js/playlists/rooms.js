// Rooms that this tab is in: one model and one live channel a playlist, shared by the page that shows
// it and the player that plays it. The last to leave closes the channel.

import { call, Refused, SignedOut } from "../api.js";
import { Channel } from "../live/channel.js";
import { deviceId } from "../offline/database.js";
import { contents } from "../offline/outbox.js";
import { personOnPage } from "../site.js";
import { ListModel } from "./list-model.js";

/** @typedef {import("./shapes.js").Item} Item */

/**
 * What a room begins with: what the page or the device has of it.
 * @typedef {object} Beginning
 * @property {import("./shapes.js").Playlist} playlist
 * @property {Item[]} items
 * @property {number} seq
 * @property {string} epoch
 * @property {import("./shapes.js").RoomState} [room]
 */

const LOOKS = ["focus", "pageshow"]; // what tells that somebody looks at this page again

/** Fires `presence`, `state`, `gone` and `signed-out` beside what its model fires. */
export class PlaylistRoom extends EventTarget {
  /** @param {Beginning} beginning */
  constructor(beginning) {
    super();
    this.id = beginning.playlist.id;
    this.model = new ListModel(beginning.playlist);
    this.model.load(beginning);
    this.visitors = 0;
    /** @type {{count: number, people: import("./shapes.js").Person[]}} */
    this.presence = { count: 0, people: [] };
    this.channel = new Channel(`ws/playlists/${this.id}`, {
      since: beginning.seq,
      epoch: beginning.epoch,
    });
    deviceId().then(
      (id) => {
        this.channel.device = id;
      },
      () => {}, // without IndexedDB a device has no name; everything else works
    );
    this.#listen();
  }

  #listen() {
    const { channel, model } = this;
    channel.addEventListener("event", (event) => model.apply(detail(event)));
    channel.addEventListener("passing", (event) => {
      const { type, payload } = detail(event);
      if (type === "presence") {
        this.presence = payload;
        this.dispatchEvent(new CustomEvent("presence"));
      } else if (type === "connection.established" && payload.you.role) {
        model.playlist = { ...model.playlist, my_role: payload.you.role };
      }
    });
    channel.addEventListener("state", () => this.dispatchEvent(new CustomEvent("state")));
    channel.addEventListener("resync", () => this.#readAfresh());
    channel.addEventListener("refused", () => this.#find());
    model.addEventListener("change", (event) => {
      // What the server alone can say: the list as it was restored, and what one may do by now.
      const { kind, id } = detail(event);
      const isAboutMe = kind === "members" && id === personOnPage()?.id;
      if (kind === "restored" || isAboutMe) this.#readAfresh();
    });
    for (const type of LOOKS) addEventListener(type, this.#looksHere);
    this.news = new BroadcastChannel("jamboree");
    this.news.onmessage = ({ data }) => this.#news(data);
    this.#compare();
  }

  /** What the outbox says, of this tab or another. @param {any} data */
  #news({ kind, queued, result }) {
    if (kind === "drained" || kind === "outbox") this.#compare();
    if (queued?.operation.playlist !== this.id) return;
    if (kind === "queued") this.model.propose(queued);
    if (kind !== "settled") return;
    this.model.settle(queued, result);
    // From now on there is something to follow.
    if (queued.operation.kind === "create" && result?.status === "applied") this.channel.dial();
  }

  /**
   * Show what the outbox says, and nothing else. Its messages are not enough: a page that closes
   * between noting what came of a change and saying so never says it (a reload does that), and one
   * that opens at that moment does not hear it.
   */
  async #compare() {
    const { model } = this;
    const shown = new Map(model.waiting.map((one) => [one.operation.id, one]));
    const { queued, merged } = await contents(this.id);
    for (const one of merged) {
      const isNews = shown.has(one.operation.id) || (one.result.seq ?? 0) > model.loadedAt;
      if (isNews && !model.isSettled(one)) model.settle(one, one.result);
    }
    for (const one of queued) model.propose(one);
    for (const { operation } of queued) shown.delete(operation.id);
    for (const one of shown.values()) if (!model.isSettled(one)) model.settle(one); // taken back
  }

  // --- what plays ----------------------------------------------------------------------------------

  /** Whether one may say what plays; the server asks again. */
  get canControl() {
    return ["owner", "host", "editor"].includes(this.model.playlist.my_role);
  }

  /** What the room is at. @returns {Item | undefined} */
  get current() {
    const { id } = this.model.room;
    return id ? this.model.view(id) : undefined;
  }

  /** The second that the room is at, by the server's clock. */
  get second() {
    const { position_ms, server_time, playing } = this.model.room;
    if (!playing || !server_time) return position_ms / 1000;
    const now = Date.now() + this.channel.clockOffset;
    const second = (position_ms + Math.max(0, now - Date.parse(server_time))) / 1000;
    return Math.min(second, this.current?.track.duration_seconds ?? second);
  }

  /** Play this item for the room. @param {string} item */
  begin(item) {
    return call("PATCH", `playlists/${this.id}/items/${item}`, { is_playing: true });
  }

  play() {
    return call("POST", `playlists/${this.id}/room/play`, {});
  }

  pause() {
    return call("POST", `playlists/${this.id}/room/pause`, {});
  }

  /** Go on from what one knows to be playing: who is late changes nothing. @param {string | null} from */
  next(from) {
    return call("POST", `playlists/${this.id}/room/next`, { from });
  }

  /** @param {number} second */
  seek(second) {
    const position_ms = Math.round(second * 1000);
    return call("POST", `playlists/${this.id}/room/seek`, { position_ms });
  }

  /** A device plays aloud from now on; null: none does. @param {string | null} device @param {string} [name] */
  take(device, name) {
    return call("POST", `playlists/${this.id}/room/speaker`, { device, ...(device && { name }) });
  }

  // --- reading again -------------------------------------------------------------------------------

  /** So much was missed, or history is another: read the list again. */
  async #readAfresh() {
    try {
      const [list, playlist, room] = await Promise.all([
        call("GET", `playlists/${this.id}/items`),
        call("GET", `playlists/${this.id}`),
        call("GET", `playlists/${this.id}/room`),
      ]);
      const state = { ...room, id: room.item?.id ?? null };
      this.model.load({ items: list.items, seq: list.seq, room: state, playlist });
      this.channel.since = list.seq;
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Somebody turns to this device: their votes of another one are not known here. */
  #looksHere = async () => {
    const { model, channel } = this;
    if (!model.othersVoted || channel.state !== "live" || !personOnPage()) return;
    const list = await call("GET", `playlists/${this.id}/items`).catch(() => null); // next time, then
    if (list) model.ownVotes(list);
  };

  /** The channel is refused: find out why. */
  async #find() {
    try {
      await call("GET", `playlists/${this.id}`);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** @param {unknown} error */
  #failed(error) {
    if (error instanceof SignedOut) this.dispatchEvent(new CustomEvent("signed-out"));
    else if (error instanceof Refused && error.status === 404) {
      // What was made on this device is not gone, but not there yet.
      if (!this.model.settings.isNew) this.dispatchEvent(new CustomEvent("gone"));
    }
    // Otherwise the server can't be reached: the channel goes on trying, and says so.
  }

  close() {
    this.channel.close();
    this.news?.close();
    for (const type of LOOKS) removeEventListener(type, this.#looksHere);
    rooms.delete(this.id);
  }
}

/** @param {Event} event */
function detail(event) {
  return /** @type {CustomEvent} */ (event).detail;
}

/** @type {Map<string, PlaylistRoom>} */
const rooms = new Map();

/**
 * Enter a room, as who may be the first or one of several in this tab.
 * @param {Beginning} beginning
 */
export function enter(beginning) {
  let room = rooms.get(beginning.playlist.id);
  if (!room) {
    room = new PlaylistRoom(beginning);
    rooms.set(room.id, room);
  } else if (beginning.seq > room.model.seq) {
    room.model.load(beginning);
    room.channel.since = beginning.seq;
  }
  room.visitors += 1;
  return room;
}

/** The room of a playlist, where this tab is in it. @param {string} id */
export function roomOf(id) {
  return rooms.get(id);
}

/** @param {PlaylistRoom} room */
export function leave(room) {
  room.visitors -= 1;
  if (room.visitors === 0) room.close();
}
