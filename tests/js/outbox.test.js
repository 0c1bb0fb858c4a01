import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

// What a browser has and Node has not: locks between tabs. One holder at a time, in turn.
/** @type {Map<string, Promise<unknown>>} */
const tails = new Map();
Object.defineProperty(globalThis, "navigator", {
  configurable: true,
  value: {
    locks: {
      /** @param {string} name @param {() => Promise<unknown>} act */
      request(name, act) {
        const turn = (tails.get(name) ?? Promise.resolve()).then(act);
        tails.set(
          name,
          turn.catch(() => {}),
        );
        return turn;
      },
    },
  },
});

const { welcome } = await import("../../static/js/offline/database.js");
const outbox = await import("../../static/js/offline/outbox.js");

/** The server, as far as the outbox sees it: applies each operation once. */
class Server {
  /** @type {string[]} */
  applied = [];
  calls = 0;
  /** What goes wrong with the next calls. @type {string[]} */
  troubles = [];
  /** @type {Set<string>} titles that are refused */
  refuses = new Set();

  /** @param {any} url @param {any} options */
  fetch = async (url, options) => {
    this.calls += 1;
    if (String(url).endsWith("users/me")) return Response.json({ csrf_token: "t" });
    const trouble = this.troubles.shift();
    if (trouble === "no network") throw new TypeError("fetch failed");
    if (trouble?.match(/^\d+$/))
      return Response.json({ detail: "busy" }, { status: Number(trouble) });
    const results = JSON.parse(options.body).operations.map((/** @type {any} */ operation) => {
      if (this.refuses.has(operation.item)) {
        return { id: operation.id, status: "rejected", problem: { title: "No", detail: "Gone." } };
      }
      const replayed = this.applied.includes(operation.id);
      if (!replayed) this.applied.push(operation.id);
      return { id: operation.id, status: "applied", seq: 1, replayed };
    });
    if (trouble === "answer lost") throw new TypeError("connection reset");
    return Response.json({ results });
  };
}

/** @type {Server} */
let server;
let people = 0;

beforeEach(async () => {
  server = new Server();
  globalThis.fetch = server.fetch;
  people += 1;
  await welcome({ id: `person-${people}`, name: "Olga" });
});

/** @param {string} item */
function vote(item) {
  const change = { kind: "vote", playlist: "p", item, direction: "up", base_seq: 1 };
  return outbox.enqueue(/** @type {any} */ (change), { about: item });
}

test("changes are sent in the order in which they were made", async () => {
  const made = [];
  for (const item of "abc") made.push((await vote(item)).operation.id);
  assert.equal(await outbox.drain(), "empty");
  assert.deepEqual(server.applied, made);
  assert.deepEqual(await outbox.queue(), []);
});

test("without network they wait, and are sent later, each once", async () => {
  await vote("a");
  await vote("b");
  server.troubles = ["no network"];
  assert.equal(await outbox.drain(), "unreachable");
  assert.equal((await outbox.contents("p")).queued.length, 2);
  assert.equal(await outbox.drain(), "empty");
  assert.equal(server.applied.length, 2);
});

test("a lost answer: the same operation goes again under the same id, and is applied once", async () => {
  await vote("a");
  server.troubles = ["answer lost"];
  assert.equal(await outbox.drain(), "unreachable");
  assert.equal(server.applied.length, 1);
  assert.equal((await outbox.contents("p")).queued.length, 1);
  assert.equal(await outbox.drain(), "empty");
  assert.equal(server.applied.length, 1);
});

for (const status of ["408", "425", "429", "500", "503"]) {
  test(`${status} is tried again`, async () => {
    await vote("a");
    server.troubles = [status];
    assert.equal(await outbox.drain(), "unreachable");
    assert.equal((await outbox.contents("p")).queued.length, 1);
    await outbox.drain();
    assert.equal(server.applied.length, 1);
  });
}

test("what the server refuses stands with its reason, and holds nothing up", async () => {
  server.refuses.add("b");
  for (const item of "abc") await vote(item);
  assert.equal(await outbox.drain(), "empty");
  assert.equal(server.applied.length, 2);
  const [failed] = await outbox.queue();
  assert.deepEqual([failed.state, failed.about, failed.problem?.detail], ["failed", "b", "Gone."]);
});

test("a failed change can be tried again, under a new id, or discarded", async () => {
  server.refuses.add("a");
  const first = await vote("a");
  await outbox.drain();
  server.refuses.clear();
  await outbox.retry((await outbox.queue())[0]);
  await outbox.drain();
  assert.equal(server.applied.length, 1);
  assert.notEqual(server.applied[0], first.operation.id);

  server.refuses.add("b");
  await vote("b");
  await outbox.drain();
  await outbox.discard((await outbox.queue())[0]);
  assert.deepEqual(await outbox.queue(), []);
});

test("a call that is refused as a whole is sent one by one, so that one does not hold up the rest", async () => {
  for (const item of "ab") await vote(item);
  server.troubles = ["422", "422"];
  await outbox.drain();
  assert.equal(server.applied.length, 1);
  const [failed] = await outbox.queue();
  assert.equal(failed.about, "a");
});

test("a session that ended pauses the queue", async () => {
  await vote("a");
  server.troubles = ["401"];
  assert.equal(await outbox.drain(), "signed-out");
  assert.equal((await outbox.contents("p")).queued.length, 1);
});

test("two senders at the same moment send once", async () => {
  await vote("a");
  const outcomes = await Promise.all([outbox.drain(), outbox.drain()]);
  assert.deepEqual(outcomes, ["empty", "empty"]);
  assert.equal(server.applied.length, 1);
});

test("another person's changes are neither seen nor sent", async () => {
  await vote("a");
  await welcome({ id: "somebody-else", name: "Jun" });
  assert.deepEqual(await outbox.queue(), []);
  assert.equal(await outbox.drain(), "empty");
  assert.deepEqual(server.applied, []);
});

test("waiting grows with each failure, up to a minute, and is never the same for all", () => {
  assert.ok(outbox.backoff(0, 0.5) === 500);
  assert.ok(outbox.backoff(3, 0.5) === 4000);
  assert.ok(outbox.backoff(30, 1) <= 60_000 * 1.3);
  assert.ok(outbox.backoff(5, 0) < outbox.backoff(5, 1));
});
