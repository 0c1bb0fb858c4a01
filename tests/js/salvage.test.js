import "./browser.js";
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

const { deviceDatabase, deviceId, personDatabase, setFact, welcome } = await import(
  "../../static/js/offline/database.js"
);
const { closed, NoStorage, opened } = await import("../../static/js/offline/opening.js");
const { mirrorOf, mirrored } = await import("../../static/js/offline/mirror.js");
const { restore } = await import("../../static/js/offline/restoring.js");
const { salvage } = await import("../../static/js/offline/salvage.js");
const outbox = await import("../../static/js/offline/outbox.js");

globalThis.fetch = async () => {
  throw new TypeError("fetch failed");
};

const { get } = IDBObjectStore.prototype;
let people = 0;
let me = "";

/** @param {string} item */
function vote(item) {
  const change = /** @type {const} */ ({ kind: "vote", direction: "up", base_seq: 1 });
  return outbox.enqueue({ ...change, item, playlist: "list" }, { about: item });
}

/** What waits, by what it is about. */
async function waiting() {
  return (await outbox.queue()).map(({ about }) => about);
}

/** A row that can't be read: its reading fails as on a disk that is damaged.
 * @param {string} name of its store @param {IDBValidKey} key */
function spoil(name, key) {
  IDBObjectStore.prototype.get = function (asked) {
    if (this.name !== name || asked !== key) return get.call(this, asked);
    throw new DOMException("Internal error.", "UnknownError");
  };
}

/** The database is lost, with all that was in it; what is open is closed by the browser.
 * @param {string} name */
async function loses(name) {
  await closed(name);
  await new Promise((done) => {
    indexedDB.deleteDatabase(name).onsuccess = done;
  });
}

/** Until the second place is written: nobody waits for it. @param {number} count of changes */
async function untilMirrored(count) {
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await mirrored(me, "operations")).size === count) return;
    await new Promise((done) => setTimeout(done, 5));
  }
  assert.fail("the second place was not written");
}

beforeEach(async () => {
  people += 1;
  me = `person-${people}`;
  await welcome({ id: me, name: "Olga" });
});

afterEach(() => {
  IDBObjectStore.prototype.get = get;
});

test("a lost database: what waited is in the queue again, in order, under its ids", async () => {
  const made = [await vote("one"), await vote("two"), await vote("three")];
  await untilMirrored(3);
  await loses(`jamboree-${me}`);
  assert.deepEqual(await waiting(), []);

  assert.equal((await restore()).changes, 3);

  assert.deepEqual(await waiting(), ["one", "two", "three"]);
  const ids = (await outbox.queue()).map(({ operation }) => operation.id);
  assert.deepEqual(
    ids,
    made.map(({ operation }) => operation.id),
  );
  assert.equal((await restore()).changes, 0, "once");
});

test("what was made after the loss stands behind what was made before", async () => {
  await vote("before");
  await untilMirrored(1);
  await loses(`jamboree-${me}`);
  await vote("after");
  await untilMirrored(2);

  await restore();
  assert.deepEqual(await waiting(), ["before", "after"]);
});

test("what was discarded does not come back", async () => {
  const queued = await vote("one");
  await vote("two");
  await untilMirrored(2);
  await outbox.discard(queued);

  assert.equal((await restore()).changes, 0);
  assert.deepEqual(await waiting(), ["two"]);
});

test("what the server has is not kept in the second place", async () => {
  const { fetch } = globalThis;
  globalThis.fetch = async (url, options) => {
    if (String(url).endsWith("users/me")) return Response.json({ csrf_token: "t" });
    const { operations } = JSON.parse(/** @type {any} */ (options).body);
    const results = operations.map((/** @type {any} */ { id }) => ({
      id,
      status: "applied",
      seq: 1,
    }));
    return Response.json({ results });
  };
  await vote("one");
  await outbox.drain();
  globalThis.fetch = fetch;

  await untilMirrored(0);
});

test("what is so old that the server may not know it any more is asked about", async () => {
  const queued = await vote("one");
  queued.operation.at = "2020-01-01T00:00:00Z";
  await (await personDatabase(me)).put("operations", queued);
  await closed(`jamboree-${me}`);
  await caches.delete(mirrorOf(me));
  await restore(); // the second place is written anew
  await untilMirrored(1);
  await loses(`jamboree-${me}`);

  await restore();
  const [found] = await outbox.queue();
  assert.equal(found.state, "failed");
  assert.match(found.problem?.detail ?? "", /Look whether it was made/);
});

test("the device keeps its name when its database is lost; who is here is not put back", async () => {
  const id = await deviceId();
  await setFact("budget", 123);
  await new Promise((done) => setTimeout(done, 20));
  await loses("jamboree");

  assert.equal(await deviceId(), id);
  await restore();
  const device = await deviceDatabase();
  assert.equal(await device.get("facts", "budget"), 123);
  assert.equal(await device.get("facts", "person"), undefined);
  const known = await device.get("facts", "people");
  assert.ok(!known?.includes("undefined"));
});

test("a database of which all can be read is left alone", async () => {
  await vote("one");

  assert.equal(await salvage(`jamboree-${me}`), false);
  assert.deepEqual(await waiting(), ["one"]);
});

test("a row that can't be read is skipped; the others stay, and it comes back from the second place", async () => {
  const queued = [await vote("one"), await vote("two"), await vote("three")];
  const copy = { id: "list", quality: "small", hashes: ["a"], covers: [], audio: [] };
  await (await personDatabase(me)).put("copies", copy);
  await untilMirrored(3);
  spoil("operations", /** @type {number} */ (queued[1].n));

  assert.equal(await salvage(`jamboree-${me}`), true);

  IDBObjectStore.prototype.get = get;
  assert.deepEqual(await waiting(), ["one", "three"]);
  assert.deepEqual(await (await personDatabase(me)).getAll("copies"), [copy]);
  await restore();
  assert.deepEqual(await waiting(), ["one", "two", "three"]);
});

test("a copy that can't be read is known to be missing", async () => {
  const copy = { id: "list", quality: "small", hashes: ["a"], covers: [], audio: [] };
  await (await personDatabase(me)).put("copies", copy);
  await restore();
  spoil("copies", "list");
  await salvage(`jamboree-${me}`);
  IDBObjectStore.prototype.get = get;

  assert.deepEqual((await restore()).lists, ["list"]);
});

test("a newer database is told apart from a damaged one, and nothing hangs", async () => {
  const newer = await new Promise((done) => {
    const asked = indexedDB.open("jamboree-newer", 7);
    asked.onsuccess = () => done(asked.result);
  });
  newer.close();

  await assert.rejects(
    opened("jamboree-newer", 1, () => {}),
    (error) => error instanceof NoStorage && error.trouble === "newer",
  );
});

test("a newer version of the app gets the database that an older tab has open", async () => {
  await opened("jamboree-shared", 1, (db) => db.createObjectStore("rows"));
  const upgraded = await new Promise((done, refuse) => {
    const asked = indexedDB.open("jamboree-shared", 2);
    asked.onsuccess = () => done(asked.result);
    asked.onblocked = () => refuse(new Error("the older tab stands in the way"));
  });
  upgraded.close();
});
