// "Why is this next?": the numbers that put a song where it stands, in a sentence.

import { say, sayCount } from "../words.js";
import { ordersItself, turnsOf, wasPlayed } from "./order.js";

/** @typedef {import("./shapes.js").Item} Item */
/** @typedef {import("./list-model.js").ListModel} ListModel */

/** What a list's order is called. @param {string | undefined} mode */
export function sayOrder(mode) {
  return say({ votes: "votes_order", fair: "turns_order" }[mode ?? ""] ?? "your_order");
}

/** @param {ListModel} model @param {string} id an item's */
export function why(model, id) {
  const shown = model.shown();
  const at = shown.findIndex((item) => item.id === id);
  const item = shown[at];
  if (!item) return "";
  const mode = model.settings.order_mode;
  const { id: playing, round_since } = model.room;
  if (id === playing) return say("stands.playing");
  if (!ordersItself(mode)) return say("stands.manual", { place: at + 1, count: shown.length });
  const place = say("stands.place", { place: at + 1 });
  if (wasPlayed(item, round_since)) return `${place} ${votesOf(item)} ${say("stands.played")}`;
  const before = shown.slice(0, at).filter((other) => other.id !== playing);
  const told = mode === "fair" ? turnOf(model, item, before) : scoreOf(item, before);
  return [place, ...told].join(" ");
}

/** Why it can't be put elsewhere. @param {ListModel} model @param {string} id */
export function whyNotMoved(model, id) {
  const decides = model.settings.order_mode === "fair" ? "turns_decide" : "votes_decide";
  return `${say(decides)} ${why(model, id)}`;
}

/** @param {Item} item */
function votesOf({ up, down, votes }) {
  if (!up && !down) return say("stands.no_votes");
  return say("stands.votes", { up, down, votes });
}

/** @param {Item} item @param {Item[]} before */
function scoreOf(item, before) {
  const more = before.filter((other) => other.votes > item.votes).length;
  const older = before.filter((other) => other.votes === item.votes).length;
  return [
    votesOf(item),
    more && sayCount("stands.more", more),
    older && sayCount("stands.older", older),
  ]
    .filter(Boolean)
    .map(String);
}

/** @param {ListModel} model @param {Item} item @param {Item[]} before */
function turnOf(model, item, before) {
  const turns = turnsOf(model.shown(), model.room);
  const turn = turns.get(item.id);
  if (!turn) return [];
  const name = item.added_by.name || say("stands.somebody");
  const told = [
    say(turn.had === 1 ? "stands.had_one" : "stands.had", { name, count: turn.had }),
    say("stands.turn", { name, place: turn.place, turn: turn.number }),
  ];
  const earlier = before.filter((other) => (turns.get(other.id)?.number ?? 0) < turn.number).length;
  const same = before.length - earlier;
  if (earlier) told.push(sayCount("stands.earlier", earlier));
  if (same) {
    const last = turn.last ? say("stands.last", { name, time: timeOf(turn.last) }) : "";
    told.push(sayCount("stands.same", same), last);
  }
  return told.filter(Boolean);
}

/** @param {string} moment ISO 8601 */
function timeOf(moment) {
  return new Date(moment).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}
