// Which file of a track a browser is given.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileFor } from "../../static/js/player/playable.js";

const original = { sha256: "a", url: "/audio/a", format: "opus" };
const playable = { sha256: "b", url: "/audio/b" };
const knows = () => "probably";
const doubts = () => "maybe";
const never = () => "";

test("what plays everywhere is not asked about", () => {
  const audio = { ...original, plays: /** @type {const} */ ("everywhere") };
  assert.equal(fileFor(audio, never)?.url, "/audio/a");
  assert.equal(fileFor(original, never)?.url, "/audio/a", "as older copies on devices say nothing");
});

const somewhere = {
  ...original,
  plays: /** @type {const} */ ("somewhere"),
  mimetype: 'audio/ogg; codecs="opus"',
};

test("a browser that knows the type gets the original", () => {
  assert.equal(fileFor({ ...somewhere, playable }, knows)?.url, "/audio/a");
});

test("a browser that does not, or is not sure, gets the rendition", () => {
  assert.equal(fileFor({ ...somewhere, playable }, never)?.url, "/audio/b");
  assert.equal(fileFor({ ...somewhere, playable }, doubts)?.url, "/audio/b");
});

test("what no browser is asked about is always the rendition", () => {
  assert.equal(fileFor({ ...somewhere, mimetype: null, playable }, knows)?.url, "/audio/b");
});

test("where there is none yet, it has to be made", () => {
  assert.equal(fileFor({ ...somewhere, playable: null }, never), null);
  assert.equal(fileFor({ ...somewhere, mimetype: null }, knows), null);
});
