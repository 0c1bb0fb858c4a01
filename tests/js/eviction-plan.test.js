import assert from "node:assert/strict";
import { test } from "node:test";
import { mayKeep, whatGoes } from "../../static/js/offline/eviction-plan.js";

/** A generator of numbers from 0 to 1 that begins with a seed (mulberry32). @param {number} seed */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A device as it may be. @param {number} seed */
function device(seed) {
  const random = randomFrom(seed);
  const files = Array.from({ length: Math.floor(random() * 40) }, (_, number) => ({
    sha256: String(number),
    bytes: Math.floor(random() * 10_000_000),
    complete: random() < 0.7,
    lastUsed: Math.floor(random() * 30), // some were used at the same moment
  }));
  const some = (/** @type {number} */ share) =>
    new Set(files.filter(() => random() < share).map(({ sha256 }) => sha256));
  const all = files.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    files,
    how: { needed: Math.floor(random() * all * 1.2), pinned: some(0.3), inUse: some(0.1) },
  };
}

/** @param {{bytes: number}[]} files */
const sum = (files) => files.reduce((bytes, file) => bytes + file.bytes, 0);

const DEVICES = Array.from({ length: 2000 }, (_, seed) => device(seed));

test("what is pinned or in use never goes", () => {
  for (const { files, how } of DEVICES) {
    for (const { sha256 } of whatGoes(files, how)) {
      assert.ok(!how.pinned.has(sha256) && !how.inUse.has(sha256));
    }
  }
});

test("enough goes, or everything that may", () => {
  let [enough, short] = [0, 0];
  for (const { files, how } of DEVICES) {
    const goes = whatGoes(files, how);
    const may = files.filter(({ sha256 }) => !how.pinned.has(sha256) && !how.inUse.has(sha256));
    if (sum(goes) >= how.needed) enough += 1;
    else {
      short += 1;
      assert.equal(goes.length, may.length);
    }
  }
  assert.ok(enough > 200 && short > 200, "both were tried");
});

test("no more goes than is needed", () => {
  for (const { files, how } of DEVICES) {
    const goes = whatGoes(files, how);
    assert.ok(goes.length === 0 || sum(goes.slice(0, -1)) < how.needed);
  }
});

test("whole files go by their last use, and only then what was begun", () => {
  for (const { files, how } of DEVICES) {
    const goes = whatGoes(files, how);
    const stays = files.filter(
      (file) => !goes.includes(file) && !how.pinned.has(file.sha256) && !how.inUse.has(file.sha256),
    );
    for (const gone of goes) {
      for (const other of stays) {
        assert.ok(gone.complete || !other.complete, "one that was begun goes after all whole ones");
        if (gone.complete === other.complete) assert.ok(gone.lastUsed <= other.lastUsed);
      }
    }
  }
});

test("nothing is needed: nothing goes, and the list is as it was", () => {
  for (const { files, how } of DEVICES) {
    const before = structuredClone(files);
    assert.deepEqual(whatGoes(files, { ...how, needed: 0 }), []);
    whatGoes(files, how);
    assert.deepEqual(files, before);
  }
});

const ROOM = { budget: 500, used: 0, pinned: 0, evicts: true };

test("what fits is kept", () => {
  assert.deepEqual(mayKeep(10, ROOM), { fits: true, needed: 0 });
  assert.deepEqual(mayKeep(10, { ...ROOM, used: 490 }), { fits: true, needed: 0 });
});

test("where it is full, what was kept before gives way", () => {
  assert.deepEqual(mayKeep(10, { ...ROOM, used: 495 }), { fits: true, needed: 5 });
});

test("where nothing goes by itself, nothing more is kept once it is full", () => {
  assert.equal(mayKeep(10, { ...ROOM, used: 495, evicts: false }).fits, false);
  assert.equal(mayKeep(5, { ...ROOM, used: 495, evicts: false }).fits, true);
});

test("what is taken along gives no way", () => {
  assert.equal(mayKeep(10, { ...ROOM, used: 500, pinned: 495 }).fits, false);
});

test("one long recording does not push out everything else", () => {
  assert.equal(mayKeep(101, ROOM).fits, false);
  assert.equal(mayKeep(100, ROOM).fits, true);
});
