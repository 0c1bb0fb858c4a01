import "./browser.js";
import assert from "node:assert/strict";
import { test } from "node:test";

const { deviceDatabase, personDatabase, welcome } = await import(
  "../../static/js/offline/database.js"
);
const { keep, kept } = await import("../../static/js/offline/chunks.js");
const { countUses, held, isMine, orphans } = await import("../../static/js/offline/references.js");

/** @param {string} sha256 */
function entry(sha256) {
  const chunks = ["first", "second"];
  return {
    sha256,
    of: `original of ${sha256}`,
    url: `/audio/${sha256}`,
    size_bytes: 4,
    format: "mp3",
    chunk_size: 2,
    chunks,
  };
}

/** @param {string} person @param {string} id @param {string[]} hashes */
async function takesAlong(person, id, hashes) {
  await welcome({ id: person, name: person });
  await (await personDatabase(person)).put("copies", { id, hashes, covers: [] });
}

test("a chunk that is kept notes the original and the hashes of all chunks", async () => {
  await keep(entry("a"), 0, new Uint8Array(2));

  const file = await kept("a");
  assert.equal(file?.of, "original of a");
  assert.deepEqual(file?.chunks, ["first", "second"]);
  assert.equal(file?.complete, false);
});

test("audio is of who took it along or played it through, and of nobody else", async () => {
  await keep(entry("played"), 0, new Uint8Array(2));
  const database = await deviceDatabase();
  await database.put("audio", { ...(await kept("played")), people: ["bob"] });
  await takesAlong("alice", "list", ["taken"]);

  assert.equal(await isMine("hashes", "taken"), true);
  assert.equal(await isMine("hashes", "played"), false);
  await welcome({ id: "bob", name: "Bob" });
  assert.equal(await isMine("hashes", "taken"), false);
  assert.equal(await isMine("hashes", "played"), true);
});

test("what plays in a list that only this device has is needed, also as a rendition", async () => {
  await keep(entry("rendition"), 0, new Uint8Array(2));
  await welcome({ id: "dora", name: "Dora" });
  const database = await personDatabase("dora");
  const add = (/** @type {string} */ playlist, /** @type {string} */ sha256) =>
    database.add("operations", {
      operation: { id: sha256, kind: "add", playlist },
      state: "waiting",
      track: { audio: { sha256 } },
    });
  await add("of the server", "elsewhere");
  assert.equal(await isMine("hashes", "rendition"), false);
  await database.add("operations", {
    operation: { id: "making", kind: "create", playlist: "draft" },
    state: "failed",
  });
  await add("draft", "original of rendition");

  assert.equal(await countUses("hashes", "rendition"), 1);
  assert.equal(await countUses("hashes", "elsewhere"), 0);
  assert.equal(await countUses("covers", "rendition"), 0);
  assert.equal(await isMine("hashes", "rendition"), true);
  assert.ok((await held("hashes")).has("rendition"));
  assert.ok(!(await orphans()).some(({ sha256 }) => sha256 === "rendition"));
  await welcome({ id: "bob", name: "Bob" });
  assert.equal(await isMine("hashes", "rendition"), false);
  assert.equal(await countUses("hashes", "rendition"), 1, "whoever's list it is");

  await database.clear("operations");
  assert.equal(await countUses("hashes", "rendition"), 0);
  const forgotten = await deviceDatabase();
  await forgotten.delete("audio", "rendition");
});

test("orphans are what no copy of anybody holds", async () => {
  await takesAlong("alice", "one", ["a", "b"]);
  await takesAlong("bob", "two", ["b", "c"]);
  for (const sha256 of ["a", "c", "left"]) await keep(entry(sha256), 0, new Uint8Array(2));

  assert.deepEqual([...(await held("hashes"))].sort(), ["a", "b", "c", "taken"]);
  const names = (await orphans()).map(({ sha256 }) => sha256);
  assert.deepEqual(names.sort(), ["left", "played"]);
});
