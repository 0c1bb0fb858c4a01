import assert from "node:assert/strict";
import { test } from "node:test";
import { shuffled } from "../../static/js/player/shuffle.js";

/** A random source that a failure can be repeated with (mulberry32). @param {number} seed */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Tracks of artists: "aab" is two of a and one of b. @param {string} artists */
function tracks(artists) {
  return [...artists].map((artist, index) => ({ artist, id: index }));
}

/** @param {{artist: string}} track */
const artistOf = (track) => track.artist;

/** How often an artist comes twice in a row. @param {{artist: string}[]} order */
function meetings(order) {
  return order.filter((one, at) => at > 0 && one.artist === order[at - 1].artist).length;
}

for (const artists of ["aabb", "aaabb", "aaab", "aaaabbc", "aabbccdd", "abcdefgaaaaaa"]) {
  test(`no artist comes twice in a row in ${artists}, where that is possible`, () => {
    const list = tracks(artists);
    const most = Math.max(...[..."abcdefg"].map((a) => artists.split(a).length - 1));
    const fewest = Math.max(0, most - (list.length - most) - 1);
    for (let seed = 0; seed < 400; seed += 1) {
      const order = shuffled(list, artistOf, { random: random(seed) });
      assert.deepEqual(order.map(({ id }) => id).sort(), list.map(({ id }) => id).sort());
      assert.equal(meetings(order), fewest, `seed ${seed}: ${order.map(artistOf).join("")}`);
    }
  });
}

test("who was heard last does not come first", () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const order = shuffled(tracks("Aabb"), artistOf, { after: "a", random: random(seed) });
    assert.equal(order[0].artist, "b");
  }
});

test("unknown artists are not one artist, and case does not count", () => {
  const order = shuffled(tracks("").concat(...[1, 2, 3].map(() => tracks("x"))), () => "", {});
  assert.equal(order.length, 3);
  for (let seed = 0; seed < 50; seed += 1) {
    const mixed = shuffled(tracks("aAbB"), artistOf, { random: random(seed) });
    assert.equal(meetings(mixed.map(({ artist }) => ({ artist: artist.toLowerCase() }))), 0);
  }
});

test("every order of different artists can come", () => {
  const seen = new Set();
  const source = random(7);
  for (let round = 0; round < 2000; round += 1) {
    seen.add(shuffled(tracks("abcd"), artistOf, { random: source }).map(artistOf).join(""));
  }
  assert.equal(seen.size, 24);
});

test("ten thousand tracks are shuffled in a moment", () => {
  const list = Array.from({ length: 10_000 }, (_, id) => ({ id, artist: `artist ${id % 400}` }));
  const begun = performance.now();
  const order = shuffled(list, artistOf);
  assert.ok(performance.now() - begun < 500);
  assert.equal(meetings(order), 0);
});
