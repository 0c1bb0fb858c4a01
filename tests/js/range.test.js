import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRange, partsOf } from "../../static/js/offline/range.js";

const SIZE = 2_500_000;
const CHUNK = 1_048_576;

test("a range is read as RFC 9110 says", () => {
  const cases = /** @type {[string | null, unknown][]} */ ([
    [null, "whole"],
    ["bytes=0-", { start: 0, end: SIZE }],
    ["bytes=0-0", { start: 0, end: 1 }],
    ["bytes=100-199", { start: 100, end: 200 }],
    ["bytes=2499999-", { start: 2_499_999, end: SIZE }],
    ["bytes=2499990-99999999", { start: 2_499_990, end: SIZE }],
    ["bytes=-500", { start: SIZE - 500, end: SIZE }],
    ["bytes=-99999999", { start: 0, end: SIZE }],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=2500000-", "unsatisfiable"],
    ["bytes=2500000-2600000", "unsatisfiable"],
    ["bytes=200-100", "whole"],
    ["bytes=-", "whole"],
    ["bytes=a-b", "whole"],
    ["bytes=0-1,5-9", "whole"],
    ["lines=0-1", "whole"],
    ["", "whole"],
  ]);
  for (const [header, expected] of cases) assert.deepEqual(parseRange(header, SIZE), expected);
});

test("a range is cut out of its chunks, each byte once", () => {
  for (const [start, end] of [
    [0, 1],
    [0, CHUNK],
    [CHUNK - 1, CHUNK + 1],
    [CHUNK, 2 * CHUNK],
    [5, SIZE],
    [SIZE - 1, SIZE],
  ]) {
    const parts = partsOf({ start, end }, CHUNK);
    const bytes = parts.flatMap(({ index, from, to }) => [
      index * CHUNK + from,
      index * CHUNK + to,
    ]);
    assert.equal(bytes[0], start);
    assert.equal(bytes.at(-1), end);
    for (let i = 1; i + 1 < bytes.length; i += 2) assert.equal(bytes[i], bytes[i + 1]);
    for (const { from, to } of parts) assert.ok(from < to && to <= CHUNK);
  }
});
