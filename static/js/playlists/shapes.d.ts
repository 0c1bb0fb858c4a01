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
  my_role: string;
  seq: number;
  item_count: number;
  duration_seconds: number;
}

export interface RoomState {
  id: string | null;
  position_ms: number;
  server_time: string;
  playing: boolean;
  speaker: { device: string; name: string } | null;
  /** Since when the list is being played through. */
  round_since: string | null;
}

export interface Happening {
  type: string;
  seq?: number;
  // biome-ignore lint/suspicious/noExplicitAny: each type of event has a payload of its own
  payload: any;
}

/** A change that was made on this device (SPEC §4). */
export interface Operation {
  id: string;
  kind: "vote" | "add" | "remove" | "move";
  at: string;
  base_seq: number | null;
  playlist: string;
  item?: string;
  track?: string;
  direction?: "up" | "down" | "none";
  after?: string | string[];
  before?: string[];
}

export interface QueuedOperation {
  n?: number;
  operation: Operation;
  /** waiting: to be sent; failed: the server said no; its `problem` says why. */
  state: "waiting" | "failed";
  /** It did not get through at once. */
  heldBack?: boolean;
  /** What a person reads about it: the title of the track. */
  about: string;
  /** For an add: the track, so that its row can be shown before the server has it. */
  track?: Track;
  problem?: { title: string; detail: string };
}

export interface Result {
  id: string;
  status: "applied" | "satisfied" | "conflict" | "rejected";
  seq: number | null;
  item?: Item;
  problem?: { title: string; detail: string };
  replayed: boolean;
}
