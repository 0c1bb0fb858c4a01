// The drawing behind the seek bar.

import assert from "node:assert/strict";
import { test } from "node:test";
import { outline } from "../../static/js/player/peaks.js";

/** @param {string} path */
function heights(path) {
  return [...path.matchAll(/v([\d.]+)/g)].map(([, height]) => Number(height));
}

test("before a track was analysed there is nothing to draw", () => {
  assert.equal(outline([]), "");
});

test("each bar is as high as the loudest of its part", () => {
  const peaks = new Array(400).fill(0);
  peaks[2] = 255;
  peaks[399] = 127;
  const found = heights(outline(peaks));
  assert.equal(found.length, 100);
  assert.equal(found[0], 24);
  assert.ok(Math.abs((found[99] ?? 0) - 12) < 0.1);
});

test("silence is a thin line", () => {
  assert.deepEqual(new Set(heights(outline(new Array(400).fill(0)))), new Set([1]));
});

test("fewer values than bars are drawn all the same", () => {
  assert.equal(heights(outline([255, 0, 255])).length, 100);
});
