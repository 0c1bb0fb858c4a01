// Which file of a track this browser plays: the original, or the rendition that all browsers play.

/** @typedef {import("../playlists/shapes.js").Audio} Audio */
/** @typedef {import("../playlists/shapes.js").Playable} Playable */

/** What not all browsers play, by the names that the server has for it (`ASKED` of library/formats.py). */
const ASKED = {
  "m4a-alac": 'audio/mp4; codecs="alac"',
  "m4a-flac": 'audio/mp4; codecs="flac"',
  "m4a-opus": 'audio/mp4; codecs="opus"',
  "ogg-vorbis": 'audio/ogg; codecs="vorbis"',
  "ogg-flac": 'audio/ogg; codecs="flac"',
  "opus-opus": 'audio/ogg; codecs="opus"',
  "webm-opus": 'audio/webm; codecs="opus"',
  "webm-vorbis": 'audio/webm; codecs="vorbis"',
};

/** The names of what of that this browser plays.
 * @param {(type: string) => string} canPlay the element's `canPlayType` */
export function playedHere(canPlay) {
  return Object.entries(ASKED).flatMap(([name, type]) =>
    canPlay(type) === "probably" ? name : [],
  );
}

/**
 * The file to play; null where it has to be made first.
 * @param {Audio} audio
 * @param {(type: string) => string} canPlay the element's `canPlayType`
 * @returns {Audio | Playable | null}
 */
export function fileFor(audio, canPlay) {
  if (audio.plays !== "somewhere") return audio;
  if (audio.mimetype && canPlay(audio.mimetype) === "probably") return audio;
  return audio.playable ?? null;
}
