// A row: read what the server wrote into it, and write into it what changed. The markup itself stands
// in templates/playlists/_item.html alone; it is also in the page as a <template>.

import { address } from "../site.js";
import { clock, hue } from "../words.js";

/** @typedef {import("./shapes.js").Item} Item */

/** The item that a row shows, as far as the row knows it. @param {HTMLElement} row @returns {Item} */
export function read(row) {
  const d = row.dataset;
  const [up, down] = [Number(d.up), Number(d.down)];
  const pressed = row.querySelector(".votes [aria-pressed=true]");
  const direction = pressed?.classList.contains("up") ? "up" : "down";
  const seconds = d.seconds ? Number(d.seconds) : null;
  return {
    id: row.id,
    track: {
      id: d.track ?? "",
      title: field(row, "title").textContent ?? "",
      artist: field(row, "artist").textContent ?? "",
      duration_seconds: seconds,
      duration_formatted: clock(seconds),
      cover_url: d.cover || null,
      audio: readAudio(row),
    },
    rank: d.rank ?? "",
    votes: up - down,
    up,
    down,
    added_by: { id: d.adder ?? "", name: field(row, "adder").textContent ?? "" },
    added_at: d.addedAt ?? "",
    is_playing: "playing" in d,
    played_at: d.playedAt || null,
    my_vote: pressed ? direction : null,
  };
}

/** @param {HTMLElement} row @returns {import("./shapes.js").Audio | null} */
function readAudio({ dataset: d }) {
  if (!d.audio) return null;
  const file = (/** @type {string} */ sha256) => ({ sha256, url: address(`audio/${sha256}`) });
  return {
    ...file(d.audio),
    format: d.format ?? "",
    plays: d.plays === "somewhere" ? "somewhere" : "everywhere",
    mimetype: d.type || null,
    playable: d.playable ? file(d.playable) : null,
    broken: d.broken || null,
  };
}

/** The attributes that `readAudio` reads: of most tracks there are but two.
 * @param {import("./shapes.js").Audio | null} audio */
function audioData(audio) {
  const isSimple = audio?.plays !== "somewhere";
  return {
    audio: audio?.sha256 ?? "",
    format: audio?.format ?? "",
    plays: isSimple ? undefined : "somewhere",
    type: isSimple ? undefined : (audio?.mimetype ?? ""),
    playable: isSimple ? undefined : (audio?.playable?.sha256 ?? ""),
    broken: audio?.broken ?? undefined,
  };
}

/** @param {Element} row @param {string} name @returns {HTMLElement} */
function field(row, name) {
  return /** @type {HTMLElement} */ (row.querySelector(`[data-field=${name}]`));
}

/** A new row for an item. @param {Item} item @param {string} playlist @param {number} position */
export function make(item, playlist, position) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById("row-template"));
  const row = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
  row.id = item.id;
  const base = address(`playlists/${playlist}/items/${item.id}`);
  for (const [selector, verb] of VERBS) {
    for (const button of row.querySelectorAll(selector)) {
      button.setAttribute("formaction", `${base}/${verb}`);
    }
  }
  fill(row, item, position);
  return row;
}

const VERBS = [
  [".votes button", "vote"],
  [".art", "play"],
  [".remove", "remove"],
  [".move", "move"],
];

/** Write an item into a row; only what differs is touched, so that nothing moves for nothing.
 * @param {HTMLElement} row @param {Item} item @param {number} position */
export function fill(row, item, position) {
  const { track } = item;
  const d = row.dataset;
  Object.assign(d, {
    track: track.id,
    rank: item.rank,
    up: item.up,
    down: item.down,
    addedAt: item.added_at,
    playedAt: item.played_at ?? "",
    adder: item.added_by.id,
    seconds: track.duration_seconds ?? "",
    cover: track.cover_url ?? "",
  });
  for (const [name, value] of Object.entries(audioData(track.audio))) {
    if (value === undefined) delete d[name];
    else d[name] = value;
  }
  text(row, "position", String(position));
  text(row, "title", track.title);
  text(row, "artist", track.artist);
  text(row, "duration", track.duration_formatted);
  text(row, "adder", item.added_by.name);
  const avatar = field(row, "hue");
  avatar.dataset.hue = String(hue(item.added_by.name));
  if (avatar.textContent !== item.added_by.name.slice(0, 1)) {
    avatar.textContent = item.added_by.name.slice(0, 1);
  }
  const link = /** @type {HTMLAnchorElement} */ (field(row, "title"));
  const href = address(`library/${track.id}`);
  if (link.getAttribute("href") !== href) {
    link.setAttribute("href", href);
    row.querySelector("[data-track-menu]")?.setAttribute("href", href);
  }
  const cover = /** @type {HTMLImageElement} */ (field(row, "cover"));
  const src = track.cover_url?.replace("/large.", "/small.") ?? null;
  if (cover.getAttribute("src") !== src) {
    if (src) cover.src = src;
    else cover.removeAttribute("src");
  }
  row.toggleAttribute("data-playing", item.is_playing);
  if (item.is_playing) row.setAttribute("aria-current", "true");
  else row.removeAttribute("aria-current");
  row.toggleAttribute("data-waits", Boolean(item.pending));
  row.toggleAttribute("data-leaving", Boolean(item.leaving));
  const pending = /** @type {HTMLElement} */ (row.querySelector(".pending"));
  pending.hidden = !item.pending;
  fillVotes(row, item);
}

/** @param {HTMLElement} row @param {Item} item */
function fillVotes(row, item) {
  const count = field(row, "votes");
  const before = Number(count.textContent);
  if (before !== item.votes) {
    count.textContent = String(item.votes);
    // The number rolls in the direction in which it went; the animation starts anew each time.
    delete count.dataset.rolled;
    void count.offsetWidth;
    count.dataset.rolled = item.votes > before ? "up" : "down";
  }
  for (const direction of ["up", "down"]) {
    const button = /** @type {HTMLButtonElement} */ (row.querySelector(`.votes .${direction}`));
    const pressed = item.my_vote === direction;
    button.setAttribute("aria-pressed", String(pressed));
    button.value = pressed ? "none" : direction;
  }
}

/** @param {Element} row @param {string} name @param {string} value */
function text(row, name, value) {
  const element = field(row, name);
  if (element.textContent !== value) element.textContent = value;
}
