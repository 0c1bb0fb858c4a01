// The library without network: the tracks on this device, and a search in them.

import { address } from "../../site.js";
import { say, sayCount } from "../../words.js";
import { search, tracksHere } from "../on-device.js";
import { copyOf, field, label, picture, template, text } from "./markup.js";

/** @typedef {import("../on-device.js").TrackHere} TrackHere */

const AT_ONCE = 100; // rows; more of them when they are asked for

/** @param {HTMLElement} page */
export async function show(page) {
  const made = await template("library");
  const form = /** @type {HTMLFormElement} */ (made.querySelector("form"));
  const input = /** @type {HTMLInputElement} */ (form.querySelector("input"));
  input.value = new URLSearchParams(location.search).get("search") ?? "";
  const all = await tracksHere();
  let shown = AT_ONCE;
  /** @type {TrackHere[]} */
  let found = [];
  const row = /** @type {HTMLTemplateElement} */ (field(made, "track"));
  const list = field(made, "tracks");
  const more = field(made, "more");
  const fill = () => {
    const rows = found.slice(list.children.length, shown).map((track) => rowOf(copyOf(row), track));
    list.append(...rows);
    /** @type {any} */ (globalThis).htmx?.process(list);
    more.hidden = found.length <= shown;
  };
  const [count, unfound, none] = ["count", "unfound", "none"].map((name) => field(made, name));
  const look = async () => {
    const asked = input.value.trim();
    const now = asked ? await search(asked) : all;
    if (asked !== input.value.trim()) return; // something else was typed meanwhile
    found = now;
    shown = AT_ONCE;
    list.replaceChildren();
    fill();
    count.textContent = found.length ? sayCount("tracks_here", found.length) : "";
    unfound.hidden = found.length > 0 || all.length === 0;
    none.hidden = all.length > 0;
  };
  form.hidden = all.length === 0;
  input.addEventListener("input", () => {
    look();
    // The server's page, once it comes, looks for the same.
    const query = input.value ? `?${new URLSearchParams({ search: input.value })}` : "";
    history.replaceState(history.state, "", location.pathname + query);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", () => {
    shown += AT_ONCE;
    fill();
  });
  await look();
  document.title = `${say("library")} · Jamboree`;
  page.replaceChildren(made);
  return true;
}

/** @param {HTMLElement} row @param {TrackHere} track */
function rowOf(row, track) {
  for (const link of row.querySelectorAll("a")) link.href = address(`library/${track.id}`);
  text(row, "title", track.title);
  text(row, "artist", track.artist);
  text(row, "album", track.album ?? "");
  text(row, "genre", track.genre ?? "");
  text(row, "duration", track.duration_formatted);
  picture(row, track.cover_url);
  label(row, track.title);
  if (track.isHere) {
    row.dataset.shape = JSON.stringify(shapeOf(track));
  } else {
    row.removeAttribute("data-shape");
    row.querySelector("[data-play-track]")?.remove();
    row.querySelector(".hit-menu")?.remove();
    field(row, "artist").textContent = [track.artist, say("not_here_yet")]
      .filter(Boolean)
      .join(" · ");
  }
  return row;
}

/** The track as the server knows it. @param {TrackHere} track */
export function shapeOf({ isHere: _, playlists: __, ...track }) {
  return track;
}
