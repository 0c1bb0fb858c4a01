import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest, stepsUpTo } from "../../static/js/offline/budget-steps.js";
import { endOfWhatIsHere } from "../../static/js/offline/range.js";

const MB = 1_000_000;

test("no budget can be chosen that is more than there may be, and that can be", () => {
  for (const most of [10, 50, 123, 500, 501, 90_000, 100_000, 1_000_000]) {
    const steps = stepsUpTo(most * MB);
    assert.ok(steps.every((bytes) => bytes <= most * MB));
    assert.equal(steps.at(-1), Math.min(most, 100_000) * MB);
    assert.deepEqual(
      [...new Set(steps)].sort((a, b) => a - b),
      steps,
    );
  }
});

test("a budget stands at its step", () => {
  const steps = stepsUpTo(10_000 * MB);
  assert.equal(steps[nearest(steps, 500 * MB)], 500 * MB);
  assert.equal(steps[nearest(steps, 0)], 50 * MB);
  assert.equal(steps[nearest(steps, 1e15)], 10_000 * MB);
});

test("a file is here up to its first gap", () => {
  const file = { have: [0, 1, 3, 5], chunkSize: 100, size: 550 };
  assert.equal(endOfWhatIsHere(0, file), 200);
  assert.equal(endOfWhatIsHere(150, file), 200);
  assert.equal(endOfWhatIsHere(200, file), 0);
  assert.equal(endOfWhatIsHere(399, file), 400);
  assert.equal(endOfWhatIsHere(520, file), 550, "the last chunk is shorter");
});
