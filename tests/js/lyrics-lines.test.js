import assert from "node:assert/strict";
import { test } from "node:test";
import { lineAt } from "../../static/js/library/lyrics-lines.js";

const lines = [1, 3, 3, 8.5].map((at, n) => ({ at, text: `line ${n}` }));

test("the line that is sung is the last that has begun", () => {
  assert.deepEqual(
    [0, 0.99, 1, 2.9, 3, 8.4, 8.5, 1000].map((second) => lineAt(lines, second)),
    [-1, -1, 0, 0, 2, 2, 3, 3],
  );
});

test("lines without times are never sung", () => {
  assert.equal(lineAt([{ at: null, text: "one" }], 5), -1);
  assert.equal(lineAt([], 5), -1);
});
