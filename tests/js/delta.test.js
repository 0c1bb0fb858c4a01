import assert from "node:assert/strict";
import { test } from "node:test";
import { contents, hashesOf } from "../../static/js/offline/delta.js";

/** @param {string} name @param {object} [fields] @returns {any} */
function item(name, fields = {}) {
  const cover_url = `/covers/${name}/large.webp`;
  const track = { id: `track-${name}`, title: name, cover_url, audio: { sha256: `sha-${name}` } };
  return {
    id: name,
    track,
    rank: `a${name}`,
    votes: 0,
    added_at: name,
    is_playing: false,
    ...fields,
  };
}

/** @param {string} name @param {object} [fields] */
function entry(name, fields = {}) {
  return { sha256: `sha-${name}`, of: `sha-${name}`, size_bytes: 10, chunks: [], ...fields };
}

/** @param {string} names @param {object} [fields] @returns {any} */
function manifest(names, fields = {}) {
  const all = [...names];
  return {
    playlist: { id: "p", order_mode: "manual" },
    seq: 1,
    epoch: "e",
    quality: "original",
    whole: true,
    items: all.map((name) => item(name)),
    removed: [],
    audio: all.map((name) => entry(name)),
    covers: all.flatMap((name) => [`/covers/${name}/large.webp`, `/covers/${name}/small.webp`]),
    lyrics: Object.fromEntries(all.map((name) => [`track-${name}`, { lines: [] }])),
    messages: [],
    snapshots: [],
    size_bytes: all.length * 10,
    ...fields,
  };
}

/** @param {any} one */
const ids = (one) => one.items.map((/** @type {any} */ { id }) => id).join("");
/** @param {any} one */
const files = (one) => one.audio.map((/** @type {any} */ { sha256 }) => sha256);

test("what is whole takes the place of everything", () => {
  const before = /** @type {any} */ (contents(undefined, manifest("abc")));
  const now = contents(before, manifest("cd"));
  assert.equal(ids(now), "cd");
  assert.deepEqual(files(now), ["sha-c", "sha-d"]);
});

test("what was added, moved and removed is put into what is here, in the list's order", () => {
  const before = /** @type {any} */ (contents(undefined, manifest("abc")));
  const more = { whole: false, seq: 5, removed: ["a"], size_bytes: 30 };
  const delta = manifest("d", more);
  delta.items.push(item("c", { rank: "a0" }));
  const now = contents(before, delta);
  assert.equal(ids(now), "cbd");
  assert.deepEqual(
    now.items.map(({ position }) => position),
    [1, 2, 3],
  );
  assert.deepEqual(files(now), ["sha-c", "sha-b", "sha-d"]);
  assert.equal(now.seq, 5);
  assert.equal(now.sizeBytes, 30);
  assert.ok(!now.covers.includes("/covers/a/large.webp"), "nothing of what left stays");
  assert.ok(now.covers.includes("/covers/b/small.webp"), "what did not change stays");
  assert.ok(now.covers.includes("/covers/d/small.webp"));
});

test("lyrics that a changed track lost go; those of others stay", () => {
  const before = /** @type {any} */ (contents(undefined, manifest("ab")));
  const now = contents(before, manifest("a", { whole: false, lyrics: {} }));
  assert.deepEqual(Object.keys(now.lyrics ?? {}), ["track-b"]);
});

test("what is being made waits apart, and takes its place when it is ready", () => {
  const making = entry("b", { sha256: null, status: "preparing", size_bytes: 4 });
  const first = manifest("ab", { quality: "small", audio: [entry("a"), making] });
  const before = /** @type {any} */ (contents(undefined, first));
  assert.deepEqual(files(before), ["sha-a"]);
  assert.deepEqual(before.preparing, [{ of: "sha-b", size_bytes: 4 }]);

  const made = entry("b", { sha256: "small-b", status: "ready", size_bytes: 4 });
  const more = { whole: false, items: [], covers: [], lyrics: {}, audio: [made] };
  const now = contents(before, manifest("", more));
  assert.deepEqual(files(now), ["sha-a", "small-b"]);
  assert.deepEqual(now.preparing, []);
  assert.ok(!("status" in now.audio[1]));
});

test("a rendition that the server's cache gave up is waited for again", () => {
  const before = /** @type {any} */ (contents(undefined, manifest("a")));
  const lost = entry("a", { sha256: null, status: "preparing" });
  const more = { whole: false, items: [], audio: [lost] };
  const now = contents(before, manifest("", more));
  assert.deepEqual([files(now), now.preparing?.length], [[], 1]);
});

for (const whole of [true, false]) {
  test(`what is whole here stays while the server makes it anew (whole: ${whole})`, () => {
    const small = ["a", "b"].map((name) => entry(name, { sha256: `small-${name}` }));
    const before = /** @type {any} */ (contents(undefined, manifest("ab", { audio: small })));
    const audio = ["a", "b"].map((name) => entry(name, { sha256: null, status: "preparing" }));
    const now = contents(before, manifest("ab", { whole, audio }), new Set(["small-a"]));
    assert.deepEqual(now.audio, [small[0]], "b is not whole, and can't be fetched any more");
    assert.deepEqual(now.preparing, [{ of: "sha-b", size_bytes: 10 }]);

    const made = [entry("b", { sha256: "small-b-2", status: "ready" })];
    const later = /** @type {any} */ ({ ...before, ...now });
    const end = contents(later, manifest("", { whole: false, audio: made }));
    assert.deepEqual(files(end), ["small-a", "small-b-2"]);
    assert.deepEqual(end.preparing, []);
  });
}

test("two items of one track have one file", () => {
  const twice = manifest("a");
  twice.items.push(item("b", { track: twice.items[0].track }));
  assert.deepEqual(files(contents(undefined, twice)), ["sha-a"]);
});

test("while the quality changes, both qualities are needed", () => {
  const audio = /** @type {any} */ ([entry("a", { sha256: "small-a" })]);
  const old = /** @type {any} */ ({ quality: "original", audio: [entry("a"), entry("b")] });
  assert.deepEqual(hashesOf({ audio, old }), ["small-a", "sha-a", "sha-b"]);
});

test("songs of snapshots are kept while a snapshot of the newest has them", () => {
  const snapshot = (id, tracks) => ({ id, tracks, text: id, kind: "hand", item_count: 1 });
  const whole = manifest("", {
    snapshots: [snapshot("one", ["a", "b"])],
    songs: { a: { title: "A", artist: "" }, b: { title: "B", artist: "" } },
  });
  const first = contents(undefined, whole);
  const later = manifest("", {
    whole: false,
    snapshots: [snapshot("two", ["c"]), snapshot("one", null)],
    songs: { c: { title: "C", artist: "" } },
  });

  const then = contents(first, later);

  assert.deepEqual(
    then.snapshots.map(({ tracks }) => tracks),
    [["c"], ["a", "b"]],
  );
  assert.deepEqual(Object.keys(then.songs).sort(), ["a", "b", "c"]);
  const gone = contents(then, manifest("", { whole: false, snapshots: [snapshot("two", null)] }));
  assert.deepEqual(Object.keys(gone.songs), ["c"]);
});
