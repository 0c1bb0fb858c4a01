// A track without network: what the device knows of it, and its lyrics.

import { listOf } from "../../library/timed-lyrics.js";
import { address } from "../../site.js";
import { lyricsHere, trackHere } from "../on-device.js";
import { shapeOf } from "./library.js";
import { field, template, text } from "./markup.js";

/** @param {HTMLElement} page @param {import("../page-at.js").At} at */
export async function show(page, { id }) {
  const track = await trackHere(id);
  if (!track) return false;
  const made = await template("track");
  text(made, "title", track.title);
  const more = /** @type {any} */ (track);
  const facts = /** @type {Record<string, string>} */ ({
    artist: track.artist,
    album: track.album ?? "",
    genre: track.genre ?? "",
    year: String(more.year ?? ""),
    duration: track.duration_formatted,
    owner: more.owner?.name ?? "",
  });
  for (const [name, value] of Object.entries(facts)) {
    text(made, name, value);
    if (!value) drop(made, name);
  }
  field(made, "playlists").replaceChildren(...linksTo(track.playlists));
  if (!track.playlists.length) drop(made, "playlists");
  if (track.cover_url) {
    const image = new Image(640, 640);
    image.alt = "";
    image.src = track.cover_url;
    made.querySelector(".mosaic")?.replaceChildren(image);
  }
  field(made, "buttons").hidden = !track.isHere;
  field(made, "missing").hidden = track.isHere;
  field(made, "buttons").dataset.shape = JSON.stringify(shapeOf(track));
  await showLyrics(field(made, "lyrics"), id);
  document.title = `${track.title} · Jamboree`;
  page.replaceChildren(made);
  return true;
}

/** What is not known has no line. @param {ParentNode} made @param {string} name */
function drop(made, name) {
  made.querySelector(`[data-of=${name}]`)?.remove();
  field(made, name).remove();
}

/** @param {{id: string, title: string}[]} playlists */
function linksTo(playlists) {
  return playlists.flatMap(({ id, title }, at) => {
    const link = document.createElement("a");
    link.className = "text-link";
    link.href = address(`playlists/${id}`);
    link.textContent = title;
    return at ? [", ", link] : [link];
  });
}

/** As on the server's page: lines in time with the music. @param {HTMLElement} section @param {string} id */
async function showLyrics(section, id) {
  const lines = await lyricsHere(id);
  if (!lines.length) return;
  const list = listOf(lines);
  list.tabIndex = 0;
  list.setAttribute("aria-label", section.querySelector("h2")?.textContent ?? "");
  const lyrics = document.createElement("timed-lyrics");
  lyrics.dataset.track = id;
  lyrics.append(list);
  section.append(lyrics);
  section.hidden = false;
}
