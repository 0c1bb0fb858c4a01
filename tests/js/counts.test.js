import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { count, totals, weeks } from "../../static/js/offline/counts.js";
import { deviceDatabase } from "../../static/js/offline/database.js";
import { isThrifty } from "../../static/js/offline/thrift.js";
import { weekOf } from "../../static/js/offline/week.js";

beforeEach(async () => {
  await (await deviceDatabase()).clear("counts");
});

test("weeks are those of ISO 8601", () => {
  const days = {
    "2026-01-01": "2026-W01",
    "2025-12-29": "2026-W01",
    "2025-12-28": "2025-W52",
    "2027-01-01": "2026-W53",
    "2027-01-04": "2027-W01",
    "2026-11-21": "2026-W47",
    "2024-12-30": "2025-W01",
    "2023-01-01": "2022-W52",
  };
  for (const [day, week] of Object.entries(days)) {
    assert.equal(weekOf(new Date(`${day}T00:00:01`)), week);
    assert.equal(weekOf(new Date(`${day}T23:59:59`)), week);
  }
});

test("plays are added up", async () => {
  await count({ hits: 1 });
  await count({ saved: 1000.4 });
  await count({ misses: 1 });
  await count({ hits: 1, saved: 500 });
  assert.deepEqual(await weeks(), [{ week: weekOf(new Date()), hits: 2, misses: 1, saved: 1500 }]);
});

test("two pages that count at once lose nothing", async () => {
  await Promise.all(Array.from({ length: 20 }, () => count({ misses: 1 })));
  assert.equal((await totals()).misses, 20);
});

test("twelve weeks are known, the newest first", async (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: new Date("2026-08-03T12:00:00") });
  for (let week = 0; week < 15; week += 1) {
    await count({ hits: 1 });
    context.mock.timers.setTime(Date.now() + 7 * 86_400_000);
  }
  const known = (await weeks()).map(({ week }) => week);
  assert.equal(known.length, 12);
  assert.deepEqual([known[0], known.at(-1)], ["2026-W46", "2026-W35"]);
});

test("a connection that is dear or slow is told from others", () => {
  assert.equal(isThrifty({ saveData: true }), true);
  assert.equal(isThrifty({ type: "cellular" }), true);
  assert.equal(isThrifty({ effectiveType: "3g" }), true);
  assert.equal(isThrifty({ effectiveType: "slow-2g" }), true);
  assert.equal(isThrifty({ type: "wifi", effectiveType: "4g", saveData: false }), false);
  assert.equal(isThrifty({}), false, "a browser that does not tell");
});
