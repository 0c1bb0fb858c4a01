// Which file of a track this browser plays: the original, or the rendition that all browsers play.

/** @typedef {import("../playlists/shapes.js").Audio} Audio */
/** @typedef {import("../playlists/shapes.js").Playable} Playable */

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
