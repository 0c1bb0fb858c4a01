// What a manifest makes of a copy: the whole of it, or only what changed since. Needs no browser.

import { sorted } from "../playlists/order.js";

const WHOLE_SNAPSHOTS = 50; // the newest, with their songs; of older ones that they are there

/** @typedef {import("./database.js").Copy} Copy */
/** @typedef {import("./database.js").AudioEntry} AudioEntry */
/** @typedef {import("../playlists/shapes.js").Item} Item */

/**
 * What the server says of a copy (`GET playlists/{id}/offline`).
 * @typedef {object} Manifest
 * @property {Copy["playlist"]} playlist
 * @property {import("../playlists/shapes.js").RoomState} [room]
 * @property {number} seq
 * @property {string} epoch
 * @property {import("./database.js").Quality} [quality]
 * @property {boolean} [whole] false: only what changed since the `seq` that was named
 * @property {Item[]} items
 * @property {string[]} [removed] ids of items
 * @property {(AudioEntry & {status?: "ready" | "preparing" | "failed"})[]} audio
 * @property {string[]} covers
 * @property {Copy["lyrics"]} lyrics
 * @property {Copy["messages"]} messages newest first
 * @property {Copy["snapshots"]} snapshots newest first; `tracks` is null where the device has them
 * @property {Copy["songs"]} [songs]
 * @property {number} size_bytes
 */

/**
 * The parts of a copy that its manifest decides.
 * @typedef {Pick<Copy, "playlist" | "room" | "seq" | "epoch" | "items" | "audio" | "preparing" | "covers"
 *   | "lyrics" | "messages" | "snapshots" | "songs" | "sizeBytes">} Contents
 */

/**
 * What a copy holds by a manifest.
 * @param {Copy | undefined} before of the same quality; needed where the manifest is not whole
 * @param {Manifest} manifest
 * @param {Set<string>} [here] the SHA-256 of what is whole on this device
 * @returns {Contents}
 */
export function contents(before, manifest, here = new Set()) {
  const isWhole = manifest.whole !== false || !before;
  const items = isWhole ? manifest.items : changed(before.items, manifest);
  const known = new Map((before?.audio ?? []).map((entry) => [entry.of ?? entry.sha256, entry]));
  const audio = new Map(isWhole ? [] : known);
  const preparing = new Map(
    (isWhole ? [] : (before.preparing ?? [])).map((entry) => [entry.of, entry]),
  );
  for (const { status, ...entry } of manifest.audio) {
    const of = entry.of ?? entry.sha256; // a server of an earlier version knows originals alone
    const own = known.get(of);
    audio.delete(of);
    preparing.delete(of);
    if (entry.sha256) audio.set(of, { ...entry, of });
    // The server's cache gave it up and makes it anew; what is whole here is as good.
    else if (own && here.has(own.sha256)) audio.set(of, own);
    else preparing.set(of, { of, size_bytes: entry.size_bytes });
  }
  return {
    playlist: manifest.playlist,
    room: manifest.room,
    seq: manifest.seq,
    epoch: manifest.epoch,
    items,
    audio: inOrder(items, audio),
    preparing: inOrder(items, preparing),
    covers: isWhole ? manifest.covers : coversOf(items, [...before.covers, ...manifest.covers]),
    lyrics: isWhole ? manifest.lyrics : lyricsOf(items, before, manifest),
    messages: manifest.messages,
    ...past(isWhole ? undefined : before, manifest),
    sizeBytes: manifest.size_bytes,
  };
}

/** The items, with what changed put in, in the order shown. @param {Item[]} before
 * @param {Manifest} manifest */
function changed(before, { items, removed = [], playlist, room }) {
  const all = new Map(before.map((item) => [item.id, item]));
  for (const id of removed) all.delete(id);
  for (const item of items) all.set(item.id, item);
  const playing = [...all.values()].find((item) => item.is_playing)?.id ?? null;
  return sorted(all.values(), playlist.order_mode, { ...room, id: playing }).map((item, index) => ({
    ...item,
    position: index + 1,
  }));
}

/** Each that an item plays, once, in the order of the list: that is how they are fetched.
 * @template T @param {Item[]} items @param {Map<string, T>} entries by the original's hash */
function inOrder(items, entries) {
  const hashes = new Set(items.map(({ track }) => track.audio?.sha256 ?? ""));
  return [...hashes].flatMap((of) => entries.get(of) ?? []);
}

/** @param {Item[]} items @param {string[]} covers */
function coversOf(items, covers) {
  const shown = new Set(items.map(({ track }) => smallOf(track.cover_url ?? "")));
  return [...new Set(covers)].filter((url) => shown.has(smallOf(url)));
}

/** @param {string} url */
function smallOf(url) {
  return url.replace("/large.", "/small.");
}

/** @param {Item[]} items @param {Copy} before @param {Manifest} manifest */
function lyricsOf(items, before, manifest) {
  const fresh = new Set(manifest.items.map(({ track }) => track.id));
  const all = { ...before.lyrics, ...manifest.lyrics };
  const ids = items.map(({ track }) => track.id);
  // A track that changed and came without any has none any more.
  const kept = ids.filter((id) => all[id] && (manifest.lyrics?.[id] || !fresh.has(id)));
  return Object.fromEntries(kept.map((id) => [id, all[id]]));
}

/** The snapshots, with what is known of their songs, and what those are called.
 * @param {Copy | undefined} before @param {Manifest} manifest */
function past(before, manifest) {
  const known = new Map((before?.snapshots ?? []).map(({ id, tracks }) => [id, tracks]));
  const snapshots = manifest.snapshots.map((one, place) => ({
    ...one,
    tracks: one.tracks ?? (place < WHOLE_SNAPSHOTS ? (known.get(one.id) ?? null) : null),
  }));
  const songs = { ...before?.songs, ...manifest.songs };
  const used = new Set(snapshots.flatMap(({ tracks }) => tracks ?? []));
  return {
    snapshots,
    songs: Object.fromEntries(Object.entries(songs).filter(([id]) => used.has(id))),
  };
}

/** The hashes of all that a copy holds or waits for. @param {Pick<Copy, "audio" | "old">} one */
export function hashesOf({ audio, old }) {
  return [...new Set([...audio, ...(old?.audio ?? [])].map(({ sha256 }) => sha256))];
}
