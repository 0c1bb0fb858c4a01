// The shapes of SPEC §5, for the type checker alone.

export interface Person {
  id: string;
  name: string;
}

export interface Audio {
  sha256: string;
  url: string;
  size_bytes?: number;
  format: string;
  bitrate?: number;
  /** What to ask a browser about; null where none is known to play it. */
  mimetype?: string | null;
  plays?: "everywhere" | "somewhere";
  /** The rendition that every browser plays, where it is made. */
  playable?: Playable | null;
  /** Why it can't be played at all. */
  broken?: string | null;
}

export interface Playable {
  sha256: string;
  url: string;
}

export interface Track {
  id: string;
  title: string;
  artist: string;
  album?: string;
  genre?: string;
  duration_seconds: number | null;
  duration_formatted: string;
  cover_url: string | null;
  audio: Audio | null;
}

export type Direction = "up" | "down" | null;

export interface Item {
  id: string;
  track: Track;
  rank: string;
  position?: number;
  votes: number;
  up: number;
  down: number;
  added_by: Person;
  added_at: string;
  is_playing: boolean;
  played_at: string | null;
  my_vote?: Direction;
  /** Of this device alone: a change of it waits for the network. */
  pending?: boolean;
  /** Of this device alone: it will be removed. */
  leaving?: boolean;
}

export interface Playlist {
  id: string;
  title: string;
  description: string;
  order_mode: string;
  consume: boolean;
  /** Older copies lack it. */
  party?: Party;
  my_role: string;
  seq: number;
  item_count: number;
  duration_seconds: number;
}

type Who = "everybody" | "editors" | "nobody";

/** Who may do what beside the editors. */
export interface Party {
  add: Who;
  down: Who;
  reorder: Who;
  remove: Who;
  skip: Who;
}

export interface RoomState {
  id: string | null;
  position_ms: number;
  server_time: string;
  playing: boolean;
  speaker: { device: string; name: string } | null;
  /** Since when the list is being played through. */
  round_since: string | null;
  /** Since when turns are counted; null: since ever. */
  turns_since: string | null;
  /** What each person had, by their id. */
  turns: Record<string, Turns>;
}

/** How many turns a person has had, and when the last began. */
export interface Turns {
  turns: number;
  last: string;
}

export interface Happening {
  type: string;
  seq?: number;
  // biome-ignore lint/suspicious/noExplicitAny: each type of event has a payload of its own
  payload: any;
}

/** What of a playlist can be changed without network. */
export interface Settings {
  title?: string;
  description?: string;
  order_mode?: string;
  consume?: boolean;
}

/** A playlist as it is shown: with the settings that wait for the network. */
export interface ShownPlaylist extends Playlist {
  /** The settings whose change waits. */
  pending: Set<string>;
  /** It was made on this device, and the server does not have it yet. */
  isNew: boolean;
  /** Why the server would not make it. */
  refused?: Problem;
}

/** Why something was not done, for people. */
export interface Problem {
  title: string;
  detail: string;
  status?: number;
  /** Of a conflict: the settings that stand, and what was wanted of this device. */
  theirs?: Settings;
  mine?: Settings;
}

/** A message of a playlist's thread. */
export interface Message {
  id: string;
  author: Person;
  text: string;
  snapshot: string | null;
  audio: object | null;
  created_at: string;
  edited_at: string | null;
}

/** The list as it stood at one moment, as a copy has it. */
export interface Snapshot {
  id: string;
  kind: "hand" | "message" | "restore" | "clear" | "undo";
  text: string;
  by: Person | null;
  item_count: number;
  created_at: string;
  /** The ids of its tracks, in their order; null: the device has only its name. */
  tracks: string[] | null;
}

/** A change that was made on this device (SPEC §4). */
export interface Operation {
  id: string;
  kind: "vote" | "add" | "remove" | "move" | "create" | "update" | "message";
  at: string;
  base_seq: number | null;
  playlist: string;
  item?: string;
  track?: string;
  direction?: "up" | "down" | "none";
  after?: string | string[];
  before?: string[];
  /** Of a create. */
  title?: string;
  description?: string;
  /** Of a message. */
  text?: string;
  /** Of an update. */
  fields?: Settings;
}

export interface QueuedOperation {
  n?: number;
  operation: Operation;
  /** waiting: to be sent; failed: the server said no; its `problem` says why. */
  state: "waiting" | "failed";
  /** It did not get through at once. */
  heldBack?: boolean;
  /** What a person reads about it: the title of the track, or of the playlist. */
  about: string;
  /** The title of the playlist that it is a change of; older ones lack it. */
  list?: string;
  /** For an add: the track, so that its row can be shown before the server has it. */
  track?: Track;
  problem?: Problem;
  /** Of a conflict: the newest event of the playlist that the person sees by it. */
  seq?: number | null;
}

export interface Result {
  id: string;
  status: "applied" | "satisfied" | "conflict" | "rejected";
  seq: number | null;
  item?: Item;
  /** Of a create or an update: the playlist as it is now. */
  playlist?: Playlist;
  problem?: Problem;
  replayed: boolean;
}
