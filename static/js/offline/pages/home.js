// Home without network: what was taken along or made here, what one listened to, and what waits.

import { unsentListens } from "../../player/listens.js";
import { address } from "../../site.js";
import { clock, say, sayCount } from "../../words.js";
import { copies, share } from "../copies.js";
import { place } from "../heard.js";
import { queue } from "../outbox.js";
import { titleOf } from "../sync-groups.js";
import { copyOf, field, fillMosaic, label, picture, template, text } from "./markup.js";

/** @typedef {import("../database.js").Copy} Copy */
/** @typedef {import("../../playlists/shapes.js").QueuedOperation} QueuedOperation */

/** @param {HTMLElement} page */
export async function show(page) {
  const [all, waiting, unsent, last] = await Promise.all([
    copies(),
    queue(),
    unsentListens(),
    place(),
  ]);
  const made = await template("home");
  const cards = [...madeHere(waiting, all), ...all.sort(byChange).map((one) => card(one, waiting))];
  const form = /** @type {HTMLTemplateElement} */ (field(made, "card"));
  field(made, "cards").replaceChildren(...cards.map((fill) => fill(copyOf(form))));
  field(made, "none").hidden = cards.length > 0;
  if (last) showPlace(field(made, "continue"), last);
  const changes = waiting.filter(({ state }) => state === "waiting").length;
  showWaiting(made, "changes", changes && sayCount("changes_wait", changes));
  showWaiting(made, "listens", unsent.length && sayCount("listens_wait", unsent.length));
  field(made, "waiting").hidden = !changes && !unsent.length;
  field(made, "strip").dataset.offline = sayCount("offline_strip", all.length);
  document.title = `${say("home")} · Jamboree`;
  page.replaceChildren(made);
  for (const one of all) if (one.state !== "whole") showShare(page, one);
  return true;
}

/** The one that changed last first, as on the server's page. @param {Copy} one @param {Copy} other */
function byChange({ playlist: one }, { playlist: other }) {
  const at = (/** @type {any} */ { updated_at = "" }) => updated_at;
  return at(other) < at(one) ? -1 : Number(at(other) > at(one));
}

/** @param {Copy} one @param {QueuedOperation[]} waiting @returns {(made: HTMLElement) => HTMLElement} */
function card({ id, playlist, items }, waiting) {
  const count = waiting.filter(({ operation }) => operation.playlist === id).length;
  return (made) => {
    fillCard(made, id, titleOf(playlist, waiting), aboutOf(playlist, items.length), count);
    fillMosaic(made, items);
    return made;
  };
}

/** @param {any} playlist @param {number} count of its items */
function aboutOf({ my_role, owner }, count) {
  const tracks = sayCount("tracks", count);
  return my_role === "owner" || !owner ? tracks : `${tracks} · ${owner.name}`;
}

/** Playlists that were made on this device, which the server does not know yet.
 * @param {QueuedOperation[]} waiting @param {Copy[]} all */
function madeHere(waiting, all) {
  const known = new Set(all.map(({ id }) => id));
  const making = waiting.filter(
    ({ operation: { kind, playlist } }) => kind === "create" && !known.has(playlist),
  );
  return making.map(({ operation: { playlist }, about }) => {
    const own = waiting.filter(({ operation }) => operation.playlist === playlist);
    const tracks = own.filter(({ operation }) => operation.kind === "add").length;
    return (/** @type {HTMLElement} */ made) => {
      const title = titleOf({ id: playlist, title: about }, waiting);
      fillCard(made, playlist, title, sayCount("tracks", tracks), own.length);
      return made;
    };
  });
}

/** @param {HTMLElement} made @param {string} id @param {string} title @param {string} about
 * @param {number} changes that wait */
function fillCard(made, id, title, about, changes) {
  const link = /** @type {HTMLAnchorElement} */ (made.querySelector("a"));
  link.href = address(`playlists/${id}`);
  link.dataset.playlist = id;
  text(made, "title", title);
  text(made, "about", about);
  field(made, "waits").hidden = changes === 0;
  text(made, "waits", changes ? sayCount("changes_pending", changes) : "");
}

/** How much of a copy is here, where that is not all of it.
 * @param {HTMLElement} page @param {Copy} one */
async function showShare(page, one) {
  const percent = Math.floor(100 * (await share(one)));
  const link = page.querySelector(`a[data-playlist="${one.id}"]`);
  if (link) field(link, "about").textContent += ` · ${say("getting", { percent })}`;
}

/** @param {HTMLElement} section @param {import("../heard.js").Place} last */
function showPlace(section, { track, second, playlist }) {
  section.hidden = false;
  text(section, "title", track.title);
  text(section, "artist", track.artist);
  text(section, "at", say("at", { time: clock(second) }));
  picture(section, track.cover_url);
  label(section, track.title);
  const link = /** @type {HTMLAnchorElement} */ (field(section, "playlist"));
  if (playlist) {
    link.href = address(`playlists/${playlist.id}`);
    link.textContent = playlist.title;
  } else {
    text(section, "artist", track.artist);
    link.previousSibling?.remove();
    link.remove();
  }
  const button = /** @type {HTMLElement} */ (section.querySelector("[data-continue]"));
  button.dataset.continue = JSON.stringify(track);
  button.dataset.second = String(second);
}

/** @param {ParentNode} within @param {string} name @param {string | 0} says */
function showWaiting(within, name, says) {
  field(within, name).hidden = !says;
  const link = field(within, name).querySelector("a");
  if (link) link.textContent = says || "";
}
