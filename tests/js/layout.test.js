import "./browser.js";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const { deviceDatabase, personDatabase, setFact } = await import(
  "../../static/js/offline/database.js"
);
const { layout, migrate } = await import("../../static/js/offline/layout.js");

const FILES = ["a", "b", "c"];

/** What an early version left: rows without what came later. */
async function early() {
  const device = await deviceDatabase();
  await device.clear("audio");
  await device.delete("facts", "layout");
  await setFact("people", ["alice", "bob"]);
  const have = { size: 4, format: "mp3", chunkSize: 2, have: [0, 1], complete: true, lastUsed: 1 };
  for (const sha256 of [...FILES, "nobodys"]) await device.put("audio", { ...have, sha256 });
  const entry = (/** @type {string} */ sha256) => ({
    sha256,
    chunks: [`${sha256}0`, `${sha256}1`],
  });
  const copies = { alice: ["a", "b"], bob: ["b", "c"] };
  for (const [person, hashes] of Object.entries(copies)) {
    const audio = hashes.map(entry);
    const copy = { id: `${person}s`, state: "whole", audio, hashes, covers: [] };
    await (await personDatabase(person)).put("copies", copy);
  }
}

/** Everything that is kept. */
async function all() {
  const device = await deviceDatabase();
  const of = async (/** @type {string} */ person) =>
    (await (await personDatabase(person)).getAll("copies"))[0];
  return { files: await device.getAll("audio"), alice: await of("alice"), bob: await of("bob") };
}

/** @param {Awaited<ReturnType<typeof all>>} now */
function isNew({ files, alice, bob }) {
  for (const { sha256, chunks, of, have, complete } of files) {
    assert.deepEqual(have, [0, 1]);
    assert.equal(complete, true);
    if (sha256 === "nobodys") continue;
    assert.deepEqual(chunks, [`${sha256}0`, `${sha256}1`]);
    assert.equal(of, sha256);
  }
  for (const copy of [alice, bob]) {
    assert.equal(copy.quality, "original");
    assert.deepEqual(
      copy.audio.map((/** @type {any} */ { of }) => of),
      copy.hashes,
    );
  }
}

beforeEach(early);

test("rows of the first layout get what they lack from the copies of all people here", async () => {
  assert.equal(await layout(), 1);

  assert.equal(await migrate(), true);

  isNew(await all());
  assert.equal(await layout(), 2);
  assert.equal(await migrate(), false, "it is done once");
});

test("how far it is is told", async () => {
  /** @type {number[]} */
  const told = [];
  const news = new BroadcastChannel("jamboree");
  const end = new Promise((done) => {
    news.onmessage = (/** @type {any} */ { data }) => {
      if (data.kind === "layout") told.push(data.done);
      if (data.done === data.of) done(null);
    };
  });
  await migrate();
  await end;
  assert.deepEqual(told, [0, 5], "what nobody took along has nothing to be named by");

  // A new device begins with rows that are as they should be: there is nothing to tell of.
  await setFact("layout", 1);
  await migrate();
  await new Promise((done) => setTimeout(done));
  news.close();
  assert.deepEqual(told, [0, 5]);
});

test("interrupted at any write, it goes on, and comes to the same", async () => {
  const { put } = IDBObjectStore.prototype;
  let interruptions = 0;
  for (let at = 1; ; at += 1) {
    await early();
    let writes = 0;
    IDBObjectStore.prototype.put = function (...args) {
      writes += 1;
      if (writes === at) throw new DOMException("the page was closed", "AbortError");
      return put.apply(this, args);
    };
    const isCut = await migrate().then(
      () => false,
      () => true,
    );
    IDBObjectStore.prototype.put = put;
    if (isCut) {
      interruptions += 1;
      assert.equal(await layout(), 1, "it is not done before all of it is");
      await migrate();
    }
    isNew(await all());
    assert.equal(await layout(), 2);
    if (!isCut) break;
  }
  assert.equal(interruptions, 6, "three files, two copies, and the number of the layout");
});

test("a tab of the version before may write meanwhile; what it wrote stays", async () => {
  const device = await deviceDatabase();
  const migrating = migrate();
  await device.put("audio", { ...(await device.get("audio", "a")), lastUsed: 99 });
  await migrating;

  assert.equal((await device.get("audio", "a")).lastUsed, 99);
});
