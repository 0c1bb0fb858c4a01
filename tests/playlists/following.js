// Follows the events of a list as a page does, and tells the order that the page then shows after each
// step; for test_order.py. Reads {playlist, items, seq, room, steps: [[event, …], …]}.

import { readFileSync } from "node:fs";
import { ListModel } from "../../static/js/playlists/list-model.js";

const { steps, ...begins } = JSON.parse(readFileSync(0, "utf8"));
const model = new ListModel(begins.playlist);
model.load(begins);
const orders = steps.map((/** @type {any[]} */ events) => {
  for (const event of events) model.apply(event);
  return model.shown().map(({ id }) => id);
});
process.stdout.write(JSON.stringify(orders));
