import assert from "node:assert/strict";
import { test } from "node:test";
import {
  dependent,
  grouped,
  receiptOf,
  titleOf,
  wordOf,
} from "../../static/js/offline/sync-groups.js";

let n = 0;

/** @param {string} kind @param {string} playlist @param {object} [more] @returns {any} */
function queued(kind, playlist, more = {}) {
  n += 1;
  const operation = { id: `op-${n}`, kind, playlist, at: "" };
  return { n, operation, state: "waiting", about: "Song", ...more };
}

/** @param {string} status @returns {any} */
function merged(status) {
  return { ...queued("vote", "p"), result: { status } };
}

test("changes stand by playlist, what failed apart from what waits", () => {
  const all = [
    queued("vote", "a", { list: "Friday" }),
    queued("vote", "b"),
    queued("move", "a", { state: "failed" }),
    queued("vote", "a"),
  ];
  const { waiting, failed } = grouped(all, new Map([["b", "Monday"]]));
  const shape = (/** @type {any[]} */ groups) =>
    groups.map(({ title, queued: own }) => [title, own.map((/** @type {any} */ q) => q.n)]);
  assert.deepEqual(shape(waiting), [
    ["Friday", [all[0].n, all[3].n]],
    ["Monday", [all[1].n]],
  ]);
  assert.deepEqual(shape(failed), [["", [all[2].n]]]);
});

test("what was made in a playlist that could not be made stands behind it", () => {
  const making = queued("create", "a", { state: "failed", about: "Cabin" });
  const all = [making, queued("add", "a", { state: "failed" }), queued("add", "a")];
  const { waiting, failed } = grouped(all);
  assert.deepEqual(waiting, []);
  assert.equal(failed[0].title, "Cabin");
  assert.deepEqual(failed[0].queued, [making]);
  assert.equal(failed[0].behind, 2);
  assert.equal(dependent(making, all), 2);
  assert.equal(dependent(all[1], all), 0);
});

test("an update of the title alone is a new title", () => {
  const update = (/** @type {object} */ fields) =>
    wordOf({ ...queued("update", "a").operation, fields });
  assert.equal(update({ title: "x" }), "rename");
  assert.equal(update({ title: "x", consume: true }), "update");
  assert.equal(wordOf(queued("vote", "a").operation), "vote");
});

test("a playlist is called what its newest waiting change calls it", () => {
  const rename = (/** @type {string} */ title, /** @type {object} */ more = {}) => {
    const one = queued("update", "a", more);
    return { ...one, operation: { ...one.operation, fields: { title } } };
  };
  const all = [rename("One"), rename("Two"), rename("Refused", { state: "failed" })];
  assert.equal(titleOf({ id: "a", title: "Friday" }, all), "Two");
  assert.equal(titleOf({ id: "b", title: "Monday" }, all), "Monday");
});

test("a receipt counts what was done, and names the first that was not", () => {
  const all = ["applied", "satisfied", "conflict", "rejected"].map(merged);
  assert.deepEqual(receiptOf(all), { applied: 2, count: 4, failed: all[2] });
  assert.equal(receiptOf(all.slice(0, 2)).failed, undefined);
});
