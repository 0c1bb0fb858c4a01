// The rows of the sync page: markup of templates/offline/_sync.html, filled.

import { sayOrder } from "../playlists/why.js";
import { address } from "../site.js";
import { say, sayCount } from "../words.js";
import { wordOf } from "./sync-groups.js";

/** @typedef {import("../playlists/shapes.js").QueuedOperation} QueuedOperation */
/** @typedef {import("./sync-groups.js").Group} Group */

const today = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const before = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const DAY = 86_400_000; // milliseconds

/** @type {Record<string, string>} */
const ICONS = { applied: "check", satisfied: "circle-check", conflict: "circle-alert" };

/** @param {HTMLElement} page @param {string} name */
function form(page, name) {
  const found = page.querySelector(`template[data-form=${name}]`);
  const { content } = /** @type {HTMLTemplateElement} */ (found);
  return /** @type {HTMLElement} */ (content.firstElementChild?.cloneNode(true));
}

/** @param {Element} within @param {string} selector @returns {HTMLElement} */
function part(within, selector) {
  return /** @type {HTMLElement} */ (within.querySelector(selector));
}

/** What a change is, in words. @param {Pick<QueuedOperation, "operation" | "about">} queued */
export function describe({ operation, about }) {
  return say(`kinds.${wordOf(operation)}`, { title: operation.fields?.title ?? about });
}

/** @param {HTMLElement} page @param {string} id @param {string} title */
function link(page, id, title) {
  const to = /** @type {HTMLAnchorElement} */ (part(page, "[data-field=list]"));
  to.href = address(`playlists/${id}`);
  to.textContent = title || say("a_playlist");
}

/** The changes of one playlist. @param {HTMLElement} page @param {Group} group
 * @param {HTMLElement[]} rows those that are shown @param {"failed" | "waiting"} name */
export function group(page, { id, title, queued, behind }, rows, name) {
  const made = form(page, "group");
  made.dataset.list = `${name} ${id}`;
  made.tabIndex = -1;
  link(made, id, title);
  part(made, "[data-field=count]").textContent = sayCount("changes", queued.length + behind);
  part(made, "ul").setAttribute("aria-label", title || say("a_playlist"));
  part(made, "ul").replaceChildren(...rows);
  const all = part(made, "[data-act=all]");
  all.hidden = rows.length === queued.length;
  all.textContent = say("show_all", { count: queued.length });
  const isMany = name === "failed" && queued.length > 2;
  part(made, "[data-act=retry-all]").hidden = !isMany;
  part(made, "[data-act=discard-all]").hidden = !isMany;
  part(made, ":scope > .buttons").hidden = all.hidden && !isMany;
  return made;
}

/**
 * One change that waits or failed.
 * @param {HTMLElement & {asked: (queued: QueuedOperation) => number}} page
 * @param {QueuedOperation} queued
 * @param {{isOpen: boolean, behind: number}} how both sides are shown; how many changes depend on it
 */
export function change(page, queued, { isOpen, behind }) {
  const { operation, state, problem } = queued;
  const isFailed = state === "failed";
  const isMaking = operation.kind === "create";
  const row = form(page, "change");
  row.dataset.operation = operation.id;
  row.dataset.state = state;
  part(row, ".title").textContent = describe(queued);
  part(row, "i").dataset.icon = isFailed ? "circle-alert" : "clock";
  const says = [];
  if (isFailed) says.push(problem?.detail ?? say("problem"));
  if (isFailed && behind) says.push(sayCount("behind", behind));
  const goes = page.asked(queued);
  if (goes) says.push(sayCount("goes_with_it", goes));
  part(row, ".says").textContent = says.join(" ");
  part(row, ".says").hidden = !says.length;
  part(row, ".retry").hidden = !isFailed;
  if (isFailed && isMaking) part(row, ".retry").textContent = say("make_again");
  part(row, ".discard").textContent = say(goes ? "discard_all" : "discard");
  const { theirs, mine } = problem ?? {};
  if (theirs && mine) showBoth(row, theirs, mine, isOpen);
  return row;
}

/** What stands on the server and what was wanted here, side by side.
 * @param {HTMLElement} row
 * @param {import("../playlists/shapes.js").Settings} theirs
 * @param {import("../playlists/shapes.js").Settings} mine
 * @param {boolean} isOpen */
function showBoth(row, theirs, mine, isOpen) {
  part(row, ".retry").hidden = true;
  part(row, ".mine").hidden = false;
  part(row, ".discard").textContent = say("keep_theirs");
  const button = part(row, ".both-button");
  button.hidden = false;
  button.setAttribute("aria-expanded", String(isOpen));
  part(row, ".both").hidden = !isOpen;
  const names = /** @type {(keyof typeof mine)[]} */ (Object.keys(mine));
  part(row, "tbody").replaceChildren(
    ...names.map((name) => {
      const line = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = say(`settings.${name}`);
      line.append(head, cell(name, theirs[name]), cell(name, mine[name]));
      return line;
    }),
  );
}

/** @param {string} name @param {string | boolean | undefined} value */
function cell(name, value) {
  const made = document.createElement("td");
  made.textContent = inWords(name, value);
  return made;
}

/** @param {string} name @param {string | boolean | undefined} value */
function inWords(name, value) {
  if (name === "order_mode") return sayOrder(String(value));
  if (name === "consume") return say(value ? "songs_leave" : "songs_stay");
  return String(value ?? "") || say("empty_value");
}

/**
 * What came of a change.
 * @param {HTMLElement} page @param {import("./outbox.js").Merged} merged
 * @param {Map<string, string>} titles of playlists, where they are known
 */
export function came(page, merged, titles) {
  const { operation, result, at, list } = merged;
  const row = form(page, "came");
  row.dataset.status = result.status;
  part(row, ".title").textContent = describe(merged);
  part(row, ".says").textContent = result.problem?.detail ?? say(`came.${result.status}`);
  part(row, "i").dataset.icon = ICONS[result.status] ?? "circle-alert";
  const { playlist } = operation;
  link(row, playlist, titles.get(playlist) ?? list ?? "");
  const time = /** @type {HTMLTimeElement} */ (part(row, "time"));
  time.dateTime = new Date(at).toISOString();
  time.textContent = (Date.now() - at < DAY / 2 ? today : before).format(at);
  return row;
}
