import "./browser.js";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const { deviceDatabase, personDatabase, welcome } = await import(
  "../../static/js/offline/database.js"
);
const { AUDIO_CACHE, chunksHere, hashOf, keep, kept } = await import(
  "../../static/js/offline/chunks.js"
);
const { audit, check, safety, sample, suspect } = await import("../../static/js/offline/audit.js");
const { markLost } = await import("../../static/js/offline/losses.js");

const CHUNK = 4; // bytes

/** A file of three chunks. @param {string} sha256 */
async function file(sha256) {
  const bytes = [0, 1, 2].map((index) =>
    new TextEncoder().encode(`${sha256}${index}`.padEnd(CHUNK)),
  );
  const chunks = await Promise.all(bytes.map(hashOf));
  const about = {
    url: `/audio/${sha256}`,
    size_bytes: 3 * CHUNK,
    format: "mp3",
    chunk_size: CHUNK,
  };
  return { entry: { sha256, of: sha256, ...about, chunks }, bytes };
}

/** Take a list along, of files of which all is here. @param {string} person @param {string[]} names */
async function takesAlong(person, id = "list", names = ["aaa", "bbb"]) {
  await welcome({ id: person, name: person });
  const files = await Promise.all(names.map(file));
  for (const { entry, bytes } of files) {
    for (const [index, part] of bytes.entries()) await keep(entry, index, part);
  }
  const audio = files.map(({ entry }) => entry);
  const items = names.map((sha256) => ({ track: { audio: { sha256 } } }));
  const copy = { id, audio, items, hashes: names, covers: [], state: "whole", checkedAt: 1 };
  await (await personDatabase(person)).put("copies", copy);
}

/** @param {string} person @param {string} [id] */
async function copyOf(person, id = "list") {
  return (await personDatabase(person)).get("copies", id);
}

/** @param {string} sha256 @param {number} index @param {Uint8Array<ArrayBuffer>} bytes */
async function lies(sha256, index, bytes) {
  await (await caches.open(AUDIO_CACHE)).put(
    `/audio/${sha256}?chunk=${index}`,
    new Response(bytes),
  );
}

/** @param {string} sha256 @param {number} index */
async function vanishes(sha256, index) {
  await (await caches.open(AUDIO_CACHE)).delete(`/audio/${sha256}?chunk=${index}`);
}

beforeEach(async () => {
  await caches.delete(AUDIO_CACHE);
  await (await deviceDatabase()).clear("audio");
  for (const id of ["alice", "bob"]) await (await personDatabase(id)).clear("copies");
});

test("what is all here stays as it is", async () => {
  await takesAlong("alice");

  assert.deepEqual(await audit(), { lost: 0, swept: 0 });
  assert.equal((await kept("aaa"))?.complete, true);
  assert.ok((await copyOf("alice")).auditedAt > 1, "the copy says when it was looked at");
});

test("a row that says more than what is here is put right, and keeps the rest", async () => {
  await takesAlong("alice");
  await vanishes("aaa", 1);

  assert.equal((await audit())?.lost, 1);

  const row = await kept("aaa");
  assert.deepEqual(row?.have, [0, 2]);
  assert.equal(row?.complete, false);
  assert.equal((await kept("bbb"))?.complete, true);
});

test("copies of everybody that held it are gone on with; who is here is told how much", async () => {
  await takesAlong("bob", "his");
  await takesAlong("alice");

  assert.deepEqual(await markLost(new Set(["aaa"])), { why: "gone", lost: 1, of: 2 });
  assert.equal((await copyOf("alice")).state, "fetching");
  assert.equal((await copyOf("bob", "his")).state, "fetching");
  assert.equal(await markLost(new Set(["aaa"])), null, "it is said once");
});

test("a copy that somebody paused stays paused", async () => {
  await takesAlong("alice");
  await (await personDatabase("alice")).put("copies", {
    ...(await copyOf("alice")),
    state: "paused",
  });

  await markLost(new Set(["aaa"]));
  assert.equal((await copyOf("alice")).state, "paused");
});

test("a row without bytes goes where no copy needs it, and stays where one does", async () => {
  await takesAlong("alice");
  const { entry, bytes } = await file("ccc");
  await keep(entry, 0, bytes[0]);
  await caches.delete(AUDIO_CACHE);

  assert.equal((await audit())?.lost, 3);
  assert.equal(await kept("ccc"), undefined);
  assert.deepEqual((await kept("aaa"))?.have, []);
});

test("chunks that nobody knows of are removed, a download's are not", async () => {
  await takesAlong("alice");
  await lies("stray", 0, new Uint8Array(CHUNK));
  await lies("aaa", 7, new Uint8Array(CHUNK)); // of a whole file
  const { entry, bytes } = await file("new");
  const auditing = audit();
  await keep(entry, 0, bytes[0]); // at the same time

  assert.equal((await auditing)?.swept, 2);
  assert.deepEqual([...(await chunksHere()).keys()].sort(), ["aaa", "bbb", "new"]);
  assert.equal((await chunksHere()).get("aaa")?.size, 3);
});

test("while a download runs, and while copies are to be restored, nothing is removed", async () => {
  await lies("stray", 0, new Uint8Array(CHUNK));

  await navigator.locks.request("jamboree-download", async () => {
    assert.equal((await audit())?.swept, 0);
  });
  assert.equal((await audit({ sweeps: false }))?.swept, 0);
  assert.equal((await chunksHere()).size, 1);
});

test("only one tab looks at a time", async () => {
  const [first, second] = await Promise.all([audit(), audit()]);

  assert.ok(first);
  assert.equal(second, null);
});

test("what did not play is compared with its hashes at once; what is right stays", async () => {
  await takesAlong("alice");
  await lies("bbb", 1, new Uint8Array(CHUNK));

  await suspect("aaa");
  await suspect("bbb");
  await suspect("unknown");

  assert.equal((await kept("aaa"))?.complete, true);
  assert.deepEqual((await kept("bbb"))?.have, [0, 2]);
});

test("a sample finds a wrong byte, in files that were not compared for longest", async () => {
  await takesAlong("alice");
  assert.equal(await sample(1), 3, "a file is compared whole");
  assert.ok((await kept("aaa"))?.checkedAt);
  assert.equal((await kept("bbb"))?.checkedAt, undefined);
  await lies("bbb", 2, new TextEncoder().encode("ba2?"));

  await sample(1);
  assert.deepEqual((await kept("bbb"))?.have, [0, 1]);
  assert.equal((await chunksHere()).get("bbb")?.has(2), false, "and the wrong bytes are gone");
});

test("a check compares all of a copy, and takes what nobody noted", async () => {
  await takesAlong("alice");
  await lies("aaa", 0, new TextEncoder().encode("???"));
  const tx = (await deviceDatabase()).transaction("audio", "readwrite");
  await tx.store.delete("bbb"); // the index lost it; its chunks are there
  await tx.done;
  /** @type {number[]} */
  const seen = [];

  const found = await check("list", (done) => seen.push(done));

  assert.equal(found?.tracks, 2);
  assert.equal(found?.safe, 1);
  assert.equal(found?.missing, 1);
  assert.deepEqual(seen, [0, 1, 2]);
  assert.deepEqual((await kept("aaa"))?.have, [1, 2]);
  assert.equal((await kept("bbb"))?.complete, true);
});

test("how safe a copy is counts its tracks, each as often as it is in the list", async () => {
  await takesAlong("alice");
  const copy = await copyOf("alice");
  copy.items.push(copy.items[0], { track: { audio: null } });

  assert.deepEqual(await safety(copy), {
    tracks: 3,
    safe: 3,
    missing: 0,
    checkedAt: 1,
  });
});
