// What is next among many uploads, how large a piece is, and which files are taken at all.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AT_A_TIME,
  audioOf,
  backOff,
  isSameFile,
  LEAST,
  MOST,
  next,
  pieceSize,
  total,
} from "../../static/js/library/upload-states.js";

/** @param {string} state @param {object} [more] @returns {any} */
const entry = (state, more = {}) => ({ state, size: 100, sent: 0, name: "a.mp3", ...more });

test("one file is read at a time, and three are sent, in the order of the list", () => {
  const entries = [
    entry("waiting"),
    entry("waiting"),
    ...Array.from({ length: 5 }, () => entry("ready")),
  ];
  assert.equal(next(entries).check, entries[0]);
  assert.deepEqual(next(entries).send, entries.slice(2, 2 + AT_A_TIME));
  assert.equal(next([...entries, entry("checking")]).check, undefined);
  const busy = [entry("sending"), entry("looking"), entry("broken"), entry("ready")];
  assert.deepEqual(next(busy).send, [], "one that is broken keeps its place");
  assert.deepEqual(next([entry("added"), entry("here"), entry("refused"), entry("left")]), {
    check: undefined,
    send: [],
  });
});

test("the total counts what was chosen here, and bytes that need not be sent as done", () => {
  const sum = total([
    entry("added"),
    entry("here"),
    entry("same"),
    entry("refused"),
    entry("sending", { sent: 40 }),
    entry("broken", { sent: 10 }),
    entry("waiting"),
    entry("left", { sent: 50 }),
  ]);
  assert.deepEqual(sum, {
    files: 7,
    over: 4,
    added: 1,
    refused: 1,
    broken: 1,
    atWork: 3,
    bytes: 600,
    sent: 350,
  });
});

test("a piece is what goes through in four seconds, between a quarter and eight MiB", () => {
  assert.equal(pieceSize(null), 1024 * 1024);
  assert.equal(pieceSize({ bytes: 1024 * 1024, ms: 2000 }), 2 * 1024 * 1024);
  assert.equal(pieceSize({ bytes: 1024 * 1024, ms: 5 }), 4 * 1024 * 1024, "it grows in steps");
  assert.equal(pieceSize({ bytes: MOST, ms: 5 }), MOST);
  assert.equal(pieceSize({ bytes: MOST, ms: 0 }), MOST);
  assert.equal(pieceSize({ bytes: LEAST, ms: 60_000 }), LEAST);
  assert.equal(pieceSize({ bytes: MOST, ms: 5 }, LEAST), LEAST, "no more than a proxy takes");
  assert.equal(pieceSize(null, LEAST), LEAST);
});

test("attempts grow apart, with chance in them, to half a minute", () => {
  assert.equal(backOff(0, 0), 500);
  assert.equal(backOff(0, 1), 1000);
  assert.equal(backOff(3, 1), 8000);
  assert.equal(backOff(50, 1), 30_000);
});

test("audio is told by its name; hidden files are not even counted", () => {
  const names = [
    "a.mp3",
    "b.FLAC",
    "cover.jpg",
    "a.lrc",
    ".DS_Store",
    "._a.mp3",
    "Thumbs.db",
    "mp3",
    ".mp3",
  ];
  const { audio, others } = audioOf(
    names.map((name) => ({ name })),
    [".mp3", ".flac"],
  );
  assert.deepEqual(
    audio.map(({ name }) => name),
    ["a.mp3", "b.FLAC"],
  );
  assert.equal(others, 3);
});

test("a file that was left is known again by name, size and when it was changed", () => {
  const left = entry("left", { modified: 5 });
  const file = { name: "a.mp3", size: 100, lastModified: 5 };
  assert.equal(isSameFile(left, file), true);
  assert.equal(isSameFile(left, { ...file, lastModified: 6 }), false);
  assert.equal(isSameFile(left, { ...file, size: 99 }), false);
  assert.equal(isSameFile({ ...left, modified: 0 }, { ...file, lastModified: 6 }), true);
  assert.equal(isSameFile(entry("added", { modified: 5 }), file), false);
});
