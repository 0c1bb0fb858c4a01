// The tracks that this device knows by itself, and finding among them: those of the copies, and those
// whose audio was kept after they were heard.

import { copies } from "./copies.js";
import { deviceDatabase, person } from "./database.js";
import { Finder } from "./finding.js";
import { heardTracks } from "./heard.js";

/** @typedef {import("../playlists/shapes.js").Track} Track */
/** @typedef {import("../library/lyrics-lines.js").Line} Line */

/**
 * @typedef {Track & {isHere: boolean, playlists: {id: string, title: string}[]}} TrackHere
 *   `isHere`: all of its audio is on this device, so that it plays without network
 */

/**
 * @typedef {object} Known
 * @property {Finder<TrackHere>} finder
 * @property {Map<string, Line[]>} lyrics by the track's id
 */

/** What was read of the databases; read again when they changed, or somebody else is here.
 * @type {{person: string, reading: Promise<Known>} | null} */
let known = null;
/** @type {BroadcastChannel | null} */
let news = null;

const CHANGES = new Set(["copies", "progress", "audio"]);

/** @returns {Promise<Known | null>} */
async function here() {
  const me = await person();
  if (!me) return null;
  if (!news) {
    news = new BroadcastChannel("jamboree");
    news.onmessage = ({ data }) => {
      if (CHANGES.has(data.kind)) known = null;
    };
  }
  if (known?.person !== me.id) {
    const reading = read(me.id);
    known = { person: me.id, reading };
    reading.catch(() => {
      known = null;
    });
  }
  return known.reading;
}

/** @param {string} me @returns {Promise<Known>} */
async function read(me) {
  const [all, heard, files] = await Promise.all([
    copies(),
    heardTracks(),
    (await deviceDatabase()).getAll("audio"),
  ]);
  /** @type {import("./database.js").KeptAudio[]} */
  const complete = files.filter((file) => file.complete);
  const whole = new Set(complete.map(({ sha256 }) => sha256));
  // Of a track whose small rendition is here: by the hash of its original.
  const originals = new Set(whole);
  for (const one of all) {
    for (const { sha256, of } of one.audio) if (of && whole.has(sha256)) originals.add(of);
  }
  /** @type {Map<string, TrackHere>} */
  const tracks = new Map();
  /** @type {Map<string, Line[]>} */
  const lyrics = new Map();
  for (const { id, playlist, items, lyrics: words = {} } of all) {
    for (const [track, { lines }] of Object.entries(words)) lyrics.set(track, lines);
    for (const { track } of items) {
      const isHere = Boolean(track.audio && originals.has(track.audio.sha256));
      const one = tracks.get(track.id) ?? { ...track, isHere, playlists: [] };
      if (!one.playlists.some((other) => other.id === id)) {
        one.playlists.push({ id, title: playlist.title });
      }
      tracks.set(track.id, one);
    }
  }
  // Kept for this person after it was played through, in no copy of theirs.
  const kept = new Set();
  for (const file of complete) {
    const { of, people = [] } = /** @type {{of?: string, people?: string[]}} */ (file);
    if (people.includes(me)) kept.add(of ?? file.sha256);
  }
  for (const track of heard) {
    if (tracks.has(track.id) || !track.audio || !kept.has(track.audio.sha256)) continue;
    tracks.set(track.id, { ...track, isHere: true, playlists: [] });
  }
  const order = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });
  const byTitle = [...tracks.values()].sort((one, other) => order.compare(one.title, other.title));
  return { finder: new Finder(byTitle), lyrics };
}

/** All tracks that this device knows, by their titles. @returns {Promise<TrackHere[]>} */
export async function tracksHere() {
  return (await here())?.finder.entries.map(({ track }) => track) ?? [];
}

/** One of them. @param {string} id @returns {Promise<TrackHere | undefined>} */
export async function trackHere(id) {
  return (await tracksHere()).find((track) => track.id === id);
}

/**
 * Tracks on this device that have words which begin so; accents and case are all one. Best first.
 * @param {string} text @param {number} [limit] @returns {Promise<TrackHere[]>}
 */
export async function search(text, limit) {
  return (await here())?.finder.find(text, limit) ?? [];
}

/** The words of a track, where a copy has them. @param {string} track its id @returns {Promise<Line[]>} */
export async function lyricsHere(track) {
  return (await here())?.lyrics.get(track) ?? [];
}
