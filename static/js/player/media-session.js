// What the lock screen, headphones and the keyboard's media keys show and do (Media Session).

/**
 * @param {import("../playlists/shapes.js").Track} track
 * @param {string} album what stands where an album is: the playlist
 */
export function describe(track, album) {
  if (!("mediaSession" in navigator)) return;
  const artwork = track.cover_url
    ? [
        {
          src: track.cover_url.replace("/large.", "/small."),
          sizes: "160x160",
          type: "image/jpeg",
        },
        { src: track.cover_url, sizes: "640x640", type: "image/jpeg" },
      ]
    : [];
  navigator.mediaSession.metadata = new MediaMetadata({
    title: track.title,
    artist: track.artist,
    album,
    artwork,
  });
}

/**
 * Seek buttons are left out: with them a locked iPhone shows ±10 s in the place of next.
 * @param {{play: () => void, pause: () => void, next: () => void, previous: () => void,
 *   seek: (seconds: number) => void}} does
 */
export function control(does) {
  if (!("mediaSession" in navigator)) return;
  const session = navigator.mediaSession;
  session.setActionHandler("play", does.play);
  session.setActionHandler("pause", does.pause);
  session.setActionHandler("nexttrack", does.next);
  session.setActionHandler("previoustrack", does.previous);
  session.setActionHandler("seekto", ({ seekTime }) => {
    if (seekTime !== undefined) does.seek(seekTime);
  });
}

/** @param {HTMLMediaElement} audio */
export function place(audio) {
  if (!("mediaSession" in navigator)) return;
  navigator.mediaSession.playbackState = audio.paused ? "paused" : "playing";
  const { duration, currentTime, playbackRate } = audio;
  if (!Number.isFinite(duration) || !navigator.mediaSession.setPositionState) return;
  const position = Math.min(currentTime, duration);
  navigator.mediaSession.setPositionState({ duration, position, playbackRate });
}
