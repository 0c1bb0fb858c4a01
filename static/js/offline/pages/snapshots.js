// A playlist's snapshots without network: the newest with their songs, older ones by name.

import { address } from "../../site.js";
import { say, sayCount } from "../../words.js";
import { readCopy } from "../reading-ahead.js";
import { copyOf, field, template, text } from "./markup.js";

/** @param {HTMLElement} page @param {import("../page-at.js").At} at */
export async function show(page, { id }) {
  const one = await readCopy(id);
  if (!one) return false;
  const made = await template("snapshots");
  const row = field(made, "line");
  const rows = one.snapshots.map((snapshot) => {
    const line = copyOf(row);
    text(line, "name", snapshot.text || say(`snapshot_kinds.${snapshot.kind}`));
    text(line, "count", sayCount("tracks", snapshot.item_count));
    const time = /** @type {HTMLTimeElement} */ (line.querySelector("time"));
    time.dateTime = snapshot.created_at;
    field(line, "bare").hidden = snapshot.tracks !== null;
    const songs = field(line, "songs");
    line.querySelector("details")?.addEventListener("toggle", () => {
      if (!songs.childElementCount) songs.append(...named(snapshot.tracks ?? [], one.songs ?? {}));
    });
    return line;
  });
  field(made, "lines").replaceChildren(...rows);
  field(made, "none").hidden = rows.length > 0;
  field(made, "back").setAttribute("href", address(`playlists/${id}`));
  document.title = `${say("snapshots")} · ${one.playlist.title} · Jamboree`;
  page.replaceChildren(made);
  return true;
}

/** @param {string[]} tracks @param {Record<string, {title: string, artist: string}>} songs */
function named(tracks, songs) {
  return tracks.map((track) => {
    const line = document.createElement("li");
    const { title = "", artist = "" } = songs[track] ?? {};
    line.textContent = artist ? `${title} · ${artist}` : title;
    return line;
  });
}
