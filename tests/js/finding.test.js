import assert from "node:assert/strict";
import { test } from "node:test";
import { Finder, fold } from "../../static/js/offline/finding.js";

/** @param {string} title @param {string} artist @param {string} [album] */
function track(title, artist, album = "") {
  return { id: title, title, artist, album, genre: "", duration_seconds: 1 };
}

const finder = new Finder([
  track("Déjà vu", "Ørjan Łukasz"),
  track("Harbour Lights", "The Foxes", "Night Trains"),
  track("Lights Out", "Straße"),
  track("Night Bus", "Harbour Choir"),
  track("東京の夜", "さくら"),
]);

/** @param {string} text */
const found = (text) => finder.find(text).map(({ title }) => title);

test("accents and case are all one, also of letters that have none to leave out", () => {
  assert.deepEqual(found("deja VU"), ["Déjà vu"]);
  assert.deepEqual(found("DÉJA"), ["Déjà vu"]);
  assert.deepEqual(found("orjan lukasz"), ["Déjà vu"]);
  assert.deepEqual(found("strasse"), ["Lights Out"]);
  assert.equal(fold("İstanbul"), "istanbul");
});

test("words are found by their beginnings, in any order, and all are needed", () => {
  assert.deepEqual(found("har li"), ["Harbour Lights"]);
  assert.deepEqual(found("li har"), ["Harbour Lights"]);
  assert.deepEqual(found("arbour"), []);
  assert.deepEqual(found("harbour nothing"), []);
});

test("titles that begin so come first, then titles, then artists, then albums", () => {
  assert.deepEqual(found("lights"), ["Lights Out", "Harbour Lights"]);
  assert.deepEqual(found("harbour"), ["Harbour Lights", "Night Bus"]);
  assert.deepEqual(found("night"), ["Night Bus", "Harbour Lights"]);
});

test("letters of other scripts are letters", () => {
  assert.deepEqual(found("東京"), ["東京の夜"]);
  assert.deepEqual(found("さく"), ["東京の夜"]);
});

test("signs alone ask for nothing", () => {
  assert.deepEqual(found(" … !"), []);
});

test("five thousand tracks are searched at once", () => {
  const many = Array.from({ length: 5000 }, (_, at) =>
    track(`Song number ${at}`, `Artist ${at % 300}`, `Album ${at % 900}`),
  );
  const large = new Finder(many);
  const begun = performance.now();
  for (const text of ["s", "song 49", "artist 2", "album 8 son", "nothing"]) large.find(text);
  const each = (performance.now() - begun) / 5;
  assert.ok(each < 50, `${each} ms a search`);
});
