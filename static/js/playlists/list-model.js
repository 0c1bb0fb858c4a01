// One playlist as this device knows it: what the server said, and over it what waits to be sent.
// Needs no page: a test calls it directly.

import { allFollowing, following, sorted } from "./order.js";

/** @typedef {import("./shapes.js").Item} Item */
/** @typedef {import("./shapes.js").Playlist} Playlist */
/** @typedef {import("./shapes.js").RoomState} RoomState */
/** @typedef {import("./shapes.js").Happening} Happening */
/** @typedef {import("./shapes.js").QueuedOperation} QueuedOperation */
/** @typedef {import("./shapes.js").Result} Result */

const VALUE = { up: 1, down: -1, none: 0 };

/** Nothing is on. @type {RoomState} */
export const SILENT = {
  id: null,
  position_ms: 0,
  server_time: "",
  playing: false,
  speaker: null,
  round_since: null,
  turns_since: null,
  turns: {},
};

/**
 * Fires `change` with `detail: {kind, id}` after each change: kind is added, removed, moved, voted,
 * playing, updated, settings, members (`id` is the person's), restored, deleted, or all.
 */
export class ListModel extends EventTarget {
  /** @param {Playlist} playlist */
  constructor(playlist) {
    super();
    this.playlist = playlist;
    /** @type {Map<string, Item>} */
    this.items = new Map();
    /** @type {RoomState} */
    this.room = SILENT;
    this.seq = playlist.seq;
    /** What waits to be sent, oldest first. @type {QueuedOperation[]} */
    this.waiting = [];
    /** Ids of changes of which the server's word came. @type {Set<string>} */
    this.settled = new Set();
    /** The seq of the list as it was loaded: one's own votes up to there are in it. */
    this.loadedAt = playlist.seq;
    /** Up to which seq the counts of an item are known from an answer. @type {Map<string, number>} */
    this.countedAt = new Map();
    /** Up to which seq one's own vote for an item is known from an answer. @type {Map<string, number>} */
    this.votedAt = new Map();
    /** Somebody voted, who may be oneself on another device: events are the same for everybody. */
    this.othersVoted = false;
    /** Votes told about while our own for the same item was under way. @type {Map<string, Happening>} */
    this.held = new Map();
  }

  /** @param {string} kind @param {string | null} [id] */
  #tell(kind, id = null) {
    this.dispatchEvent(new CustomEvent("change", { detail: { kind, id } }));
  }

  /** Replace everything by what the server has.
   * @param {{items: Item[], seq: number, room?: RoomState, playlist?: Playlist}} state */
  load({ items, seq, room, playlist }) {
    if (playlist) this.playlist = playlist;
    this.items = new Map(items.map((item) => [item.id, item]));
    this.seq = seq;
    this.loadedAt = seq;
    this.countedAt.clear();
    this.votedAt.clear();
    this.othersVoted = false;
    this.held.clear();
    if (room) this.room = room;
    if (playlist) this.#tell("settings");
    this.#tell("all");
  }

  // --- what the server tells ---------------------------------------------------------------------

  /** Apply an event of the live channel, once and in order. @param {Happening} event */
  apply(event) {
    if (event.seq !== undefined) {
      if (event.seq <= this.seq) return;
      this.seq = event.seq;
    }
    const handle = HANDLERS[event.type];
    if (handle) handle(this, event);
  }

  /** @param {Item} item @param {number} seq */
  _put(item, seq) {
    const known = this.items.get(item.id);
    if (known && seq <= (this.countedAt.get(item.id) ?? 0)) return; // an answer told what came after
    this.items.set(item.id, { ...item, my_vote: item.my_vote ?? known?.my_vote ?? null });
    this.#tell(known ? "moved" : "added", item.id);
  }

  /** @param {string} id */
  _remove(id) {
    if (this.items.delete(id)) this.#tell("removed", id);
  }

  /** @param {Happening} event */
  _voted(event) {
    const { id, votes, up, down } = event.payload;
    if ((event.seq ?? 0) <= (this.countedAt.get(id) ?? 0)) return;
    if (this.waiting.some(({ operation: op }) => op.kind === "vote" && op.item === id)) {
      // It may contain our own vote, which is counted already: wait for the answer to that.
      this.held.set(id, event);
      return;
    }
    const item = this.items.get(id);
    if (!item) return;
    this.items.set(id, { ...item, votes, up, down });
    this.othersVoted = true;
    this.#tell("voted", id);
  }

  /** The list as the server has it by now: of that only one's own votes are not known from events.
   * @param {{items: Item[], seq: number}} list */
  ownVotes({ items, seq }) {
    this.othersVoted = this.seq > seq;
    for (const { id, my_vote } of items) {
      const known = this.items.get(id);
      if (!known || known.my_vote === my_vote || seq < (this.votedAt.get(id) ?? 0)) continue;
      this.items.set(id, { ...known, my_vote });
      this.#tell("voted", id);
    }
    this.loadedAt = Math.max(this.loadedAt, seq);
  }

  /** @param {RoomState & {turn?: (import("./shapes.js").Turns & {adder: string}) | null}} payload */
  _playing({ turn, ...room }) {
    const before = this.room.id;
    // An event tells of one person's turns; of the others they are what they were, or begin anew.
    const isSame = room.turns_since === this.room.turns_since;
    const turns = { ...(isSame ? this.room.turns : {}) };
    if (turn) turns[turn.adder] = { turns: turn.turns, last: turn.last };
    this.room = { ...room, turns };
    for (const id of new Set([before, room.id])) {
      const item = id && this.items.get(id);
      if (!item) continue;
      const isPlaying = id === room.id;
      const started = isPlaying && before !== id;
      const played_at = started ? room.server_time : item.played_at;
      this.items.set(id, { ...item, is_playing: isPlaying, played_at });
    }
    this.#tell("playing", room.id);
  }

  /** @param {import("./shapes.js").Track} track */
  _updated(track) {
    for (const item of this.items.values()) {
      if (item.track.id === track.id) {
        this.items.set(item.id, { ...item, track });
        this.#tell("updated", item.id);
      }
    }
  }

  /** @param {Record<string, string>} ranks */
  _reordered(ranks) {
    for (const [id, rank] of Object.entries(ranks)) {
      const item = this.items.get(id);
      if (item) this.items.set(id, { ...item, rank });
    }
  }

  /** @param {Playlist} playlist */
  _settings(playlist) {
    const remoded = playlist.order_mode !== this.playlist.order_mode;
    this.playlist = { ...this.playlist, ...playlist, my_role: this.playlist.my_role };
    this.#tell("settings");
    if (remoded) this.#tell("all");
  }

  /** @param {string} kind @param {string} [id] */
  _note(kind, id) {
    this.#tell(kind, id);
  }

  // --- what waits to be sent ---------------------------------------------------------------------

  /** A change was made here and waits; told twice, or too late, it changes nothing. @param {QueuedOperation} queued */
  propose(queued) {
    const { id } = queued.operation;
    if (this.settled.has(id) || this.waiting.some(({ operation }) => operation.id === id)) return;
    this.waiting.push(queued);
    this.#tellOf(queued);
  }

  /** The server answered, or the change was taken back (without a result).
   * @param {Pick<QueuedOperation, "operation">} queued @param {Result} [result] */
  settle(queued, result) {
    const id = queued.operation.id;
    const at = this.waiting.findIndex(({ operation }) => operation.id === id);
    if (at >= 0 && result?.status === "rejected" && this.settings.isNew) {
      // The playlist could not be made: all of it stays until the person decides what comes of it.
      this.waiting[at] = { ...this.waiting[at], state: "failed", problem: result.problem };
      this.#tellOf(queued);
      return;
    }
    this.settled.add(id);
    if (at >= 0) this.waiting.splice(at, 1);
    if (result?.item) this.#answered(result.item, result.seq ?? 0);
    if (result?.playlist && (result.seq ?? 0) >= this.seq) {
      this.playlist = { ...this.playlist, ...result.playlist };
    }
    const about = queued.operation.item;
    const held = about && this.held.get(about);
    if (held) {
      this.held.delete(about);
      this._voted(held);
    }
    this.#tellOf(queued);
  }

  /**
   * An item as it was when the server answered. Of an answer that is older than what is known by now
   * only one's own vote counts, which no event tells.
   * @param {Item} item @param {number} seq
   */
  #answered(item, seq) {
    const known = this.items.get(item.id);
    this.votedAt.set(item.id, Math.max(seq, this.votedAt.get(item.id) ?? 0));
    if (seq > this.seq) {
      this.items.set(item.id, item);
      this.countedAt.set(item.id, seq);
    } else if (known && seq > this.loadedAt) {
      this.items.set(item.id, { ...known, my_vote: item.my_vote });
    }
  }

  /** @param {Pick<QueuedOperation, "operation">} queued */
  isSettled({ operation }) {
    return this.settled.has(operation.id);
  }

  /** @param {Pick<QueuedOperation, "operation">} queued */
  #tellOf({ operation }) {
    if (operation.kind === "vote") this.#tell("voted", operation.item);
    else if (operation.kind === "create") this.#tell("settings");
    else if (operation.kind === "update") {
      this.#tell("settings");
      if (operation.fields?.order_mode) this.#tell("all");
    } else this.#tell("all");
  }

  // --- what is shown -----------------------------------------------------------------------------

  /** The playlist as it is shown: with the settings that wait.
   * @returns {import("./shapes.js").ShownPlaylist} */
  get settings() {
    const shown = { ...this.playlist, pending: new Set(), isNew: false };
    for (const { operation, problem } of this.waiting) {
      if (operation.kind === "create") Object.assign(shown, { isNew: true, refused: problem });
      if (operation.kind !== "update") continue;
      Object.assign(shown, operation.fields);
      for (const name of Object.keys(operation.fields ?? {})) shown.pending.add(name);
    }
    return shown;
  }

  /** An item as it is shown: with what waits, be it the item itself.
   * @param {string} id @returns {Item | undefined} */
  view(id) {
    const item = this.items.get(id) ?? this.#proposed(id);
    if (!item) return undefined;
    let shown = item;
    for (const { operation } of this.waiting) {
      if (operation.item !== id) continue;
      shown = { ...shown, pending: true };
      if (operation.kind === "vote") shown = withVote(shown, operation.direction ?? "none");
      if (operation.kind === "remove") shown.leaving = true;
    }
    return shown;
  }

  /** Everything, in the order shown, with what waits. @returns {Item[]} */
  shown() {
    const views = [...this.items.keys()].map((id) => /** @type {Item} */ (this.view(id)));
    let list = sorted(views, this.settings.order_mode, this.room);
    for (const { operation, track } of this.waiting) {
      if (operation.kind === "move") list = moved(list, operation);
      if (operation.kind === "add" && track && !list.some((item) => waits(item, track.id))) {
        const item = this.view(operation.item ?? operation.id);
        if (item) list.push(item);
      }
    }
    return list;
  }

  /** The item that a waiting add will make. @param {string} id */
  #proposed(id) {
    const add = this.waiting.find(
      ({ operation: op }) => op.kind === "add" && (op.item ?? op.id) === id,
    );
    return add?.track ? proposed(add.operation, add.track) : undefined;
  }

  /** Where a track waits to be played; it can't be added again before. @param {string} track its id */
  waitingItem(track) {
    return this.shown().find((item) => waits(item, track));
  }

  /** What comes after an item, of what was not `heard` yet.
   * @param {string | null} id @param {Set<string>} [heard] @returns {Item | null} */
  next(id, heard) {
    const since = this.room.round_since;
    return following(this.shown(), this.settings.order_mode, { current: id, since, heard });
  }

  /** Everything that comes after an item, as the list stands now.
   * @param {string | null} id @param {Set<string>} [heard] */
  upcoming(id, heard) {
    const since = this.room.round_since;
    return allFollowing(this.shown(), this.settings.order_mode, { current: id, since, heard });
  }

  /** What stands before an item. @param {string | null} id @returns {Item | null} */
  previous(id) {
    const shown = this.shown();
    return shown[shown.findIndex((item) => item.id === id) - 1] ?? null;
  }
}

/** @type {Record<string, (model: ListModel, event: Happening) => void>} */
const HANDLERS = {
  "track.added": (model, { payload, seq }) => model._put(payload.item, seq ?? 0),
  "track.moved": (model, { payload, seq }) => model._put(payload.item, seq ?? 0),
  "track.removed": (model, { payload }) => model._remove(payload.id),
  "track.voted": (model, event) => model._voted(event),
  "track.playing": (model, { payload }) => model._playing(payload),
  "track.updated": (model, { payload }) => model._updated(payload.track),
  "playlist.updated": (model, { payload }) => model._settings(payload.playlist),
  "playlist.reordered": (model, { payload }) => model._reordered(payload.ranks),
  "playlist.deleted": (model) => model._note("deleted"),
  "playlist.restored": (model) => model._note("restored"),
  "member.changed": (model, { payload }) => model._note("members", payload.user.id),
};

/** Whether it keeps a track from being added: it was not played yet, and does not leave.
 * @param {Item} item @param {string} track its id */
function waits(item, track) {
  return item.track.id === track && !item.played_at && !item.leaving;
}

/** An item with one's own vote set, and the counts that follow from it.
 * @param {Item} item @param {"up" | "down" | "none"} direction @returns {Item} */
export function withVote(item, direction) {
  const before = item.my_vote ?? "none";
  const up = item.up + Number(direction === "up") - Number(before === "up");
  const down = item.down + Number(direction === "down") - Number(before === "down");
  const votes = item.votes + VALUE[direction] - VALUE[before];
  return { ...item, up, down, votes, my_vote: direction === "none" ? null : direction };
}

/** @param {Item[]} list @param {import("./shapes.js").Operation} operation */
function moved(list, { item: id, after = [], before = [] }) {
  const item = list.find((one) => one.id === id);
  if (!item) return list;
  const rest = list.filter((one) => one.id !== id);
  let at = 0;
  for (const [distance] of [...Array(Math.max(after.length, before.length)).keys()].entries()) {
    const behind = rest.findIndex((one) => one.id === after[distance]);
    const ahead = rest.findIndex((one) => one.id === before[distance]);
    if (behind >= 0 || ahead >= 0) {
      at = behind >= 0 ? behind + 1 : ahead;
      break;
    }
  }
  rest.splice(at, 0, item);
  return rest;
}

/** The row of a track that will be added. @param {import("./shapes.js").Operation} operation
 * @param {import("./shapes.js").Track} track @returns {Item} */
function proposed(operation, track) {
  return {
    id: operation.item ?? operation.id,
    track,
    rank: "~",
    votes: 0,
    up: 0,
    down: 0,
    added_by: { id: "", name: "" },
    added_at: operation.at,
    is_playing: false,
    played_at: null,
    my_vote: null,
    pending: true,
  };
}
