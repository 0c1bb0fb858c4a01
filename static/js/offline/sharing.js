// What sharing saves: a file that several of one's playlists hold is on the device once.

import { copies } from "./copies.js";

/** Bytes that one's copies refer to, less those of the files themselves. */
export async function savedBySharing() {
  /** @type {Map<string, number>} */
  const once = new Map();
  let referred = 0;
  for (const { audio } of await copies()) {
    for (const { sha256, size_bytes } of audio) {
      if (!sha256) continue; // the server is still making it
      referred += size_bytes;
      once.set(sha256, size_bytes);
    }
  }
  return [...once.values()].reduce((rest, bytes) => rest - bytes, referred);
}
