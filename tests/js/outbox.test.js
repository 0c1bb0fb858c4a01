import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

// What a browser has and Node has not: locks between tabs. One holder at a time, in turn.
/** @type {Map<string, Promise<unknown>>} */
const tails = new Map();
/** How many hold or want each. @type {Map<string, number>} */
const wanted = new Map();
Object.defineProperty(globalThis, "navigator", {
  configurable: true,
  value: {
    locks: {
      /** @param {string} name @param {any} options @param {(lock: unknown) => Promise<any>} act */
      request(name, { ifAvailable }, act) {
        const count = wanted.get(name) ?? 0;
        if (ifAvailable && count) return Promise.resolve(act(null));
        wanted.set(name, count + 1);
        const turn = (tails.get(name) ?? Promise.resolve())
          .then(() => act({ name }))
          .finally(() => wanted.set(name, (wanted.get(name) ?? 1) - 1));
        tails.set(
          name,
          turn.catch(() => {}),
        );
        return turn;
      },
    },
  },
});

const { setFact, welcome } = await import("../../static/js/offline/database.js");
const outbox = await import("../../static/js/offline/outbox.js");
const { waitOf } = await import("../../static/js/api.js");

/** The server, as far as the outbox sees it: applies each operation once. */
class Server {
  /** @type {string[]} */
  applied = [];
  calls = 0;
  /** What goes wrong with the next calls. @type {string[]} */
  troubles = [];
  /** What each call of operations held. @type {any[]} */
  bodies = [];
  /** Items that the server fails on, with this status. @type {Map<string, number>} */
  poison = new Map();
  /** @type {Set<string>} titles that are refused */
  refuses = new Set();

  /** @param {any} url @param {any} options */
  fetch = async (url, options) => {
    this.calls += 1;
    if (String(url).endsWith("users/me")) return Response.json({ csrf_token: "t" });
    const { operations } = JSON.parse(options.body);
    this.bodies.push(JSON.parse(options.body));
    const trouble = this.troubles.shift();
    if (trouble === "no network") throw new TypeError("fetch failed");
    if (trouble?.match(/^\d+$/))
      return Response.json({ detail: "busy" }, { status: Number(trouble) });
    if (trouble === "wait") {
      return Response.json({}, { status: 503, headers: { "Retry-After": "30" } });
    }
    if (trouble === "hotel") return new Response("<h1>Accept our terms</h1>");
    const bad = operations.find((/** @type {any} */ { item }) => this.poison.has(item));
    if (bad) return Response.json({}, { status: this.poison.get(bad.item) });
    const results = operations.map((/** @type {any} */ operation) => {
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
  await setFact("sendAfter", 0);
  server = new Server();
  globalThis.fetch = server.fetch;
  people += 1;
  await welcome({ id: `person-${people}`, name: "Olga" });
});

/** @param {string} item @param {string} [playlist] */
function vote(item, playlist = "p") {
  const change = { kind: "vote", playlist, item, direction: "up", base_seq: 1 };
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
  server.poison.set("a", 422);
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

test("what is sent says whose it is, and of a person who logged out in between nothing is lost", async () => {
  await vote("a");
  const fetch = globalThis.fetch;
  globalThis.fetch = /** @type {any} */ (
    async () => {
      await welcome({ id: "another", name: "Jun" });
      return Response.json({}, { status: 401 }); // as the server answers who is not that person
    }
  );
  assert.equal(await outbox.drain(), "empty", "of the other nothing waits");
  globalThis.fetch = fetch;
  await welcome({ id: `person-${people}`, name: "Olga" });
  assert.equal(await outbox.drain(), "empty");
  assert.deepEqual(
    server.bodies.map(({ person }) => person),
    [`person-${people}`],
  );
  assert.equal(server.applied.length, 1);
});

test("one that the server fails on holds back its own playlist, in order, and no other", async () => {
  await vote("a", "p");
  await vote("bad", "p");
  await vote("c", "p");
  await vote("d", "q");
  server.poison.set("bad", 500);

  assert.equal(await outbox.drain(), "unreachable");
  const waiting = (await outbox.queue()).map(({ about }) => about);
  assert.deepEqual(waiting, ["bad", "c"]);
  assert.equal(server.applied.length, 2);

  server.poison.clear();
  assert.equal(await outbox.drain(), "empty");
  const sent = server.bodies.at(-1).operations.map((/** @type {any} */ { item }) => item);
  assert.deepEqual(sent, ["bad", "c"]);
});

test("fifty changes go in one call, and more in as few as can be", async () => {
  for (let n = 0; n < 120; n += 1) await vote(`${n}`);
  server.calls = 0;
  assert.equal(await outbox.drain(), "empty");
  assert.deepEqual(
    server.bodies.map(({ operations }) => operations.length),
    [50, 50, 20],
  );
});

test("a server that asks to be left alone is, by every tab", async () => {
  await vote("a");
  server.troubles = ["wait"];
  assert.equal(await outbox.drain(), "unreachable");
  const { calls } = server;
  assert.equal(await outbox.drain(), "unreachable");
  assert.equal(server.calls, calls, "not asked again");
  assert.ok(outbox.nextWait(30_000) >= 30_000);
  await setFact("sendAfter", Date.now() - 1);
  assert.equal(await outbox.drain(), "empty");
});

test("a date to wait for is read by the server's own clock, and not by ours", () => {
  const headers = { Date: "Fri, 01 Jan 2027 10:00:00 GMT" };
  const after = "Fri, 01 Jan 2027 10:00:07 GMT";
  assert.equal(waitOf(new Headers({ ...headers, "Retry-After": after })), 7000);
  assert.equal(waitOf(new Headers({ ...headers, "Retry-After": "120" })), 120_000);
  assert.equal(waitOf(new Headers(headers)), 0);
});

test("who answers for the server without being it decides nothing", async () => {
  await vote("a");
  server.troubles = ["hotel"];
  assert.equal(await outbox.drain(), "unreachable");
  assert.equal((await outbox.contents("p")).queued.length, 1);
});

test("what was taken back while it was under way does not come back", async () => {
  const queued = await vote("a");
  server.refuses.add("a");
  const fetch = globalThis.fetch;
  globalThis.fetch = /** @type {any} */ (
    async (/** @type {any} */ url, /** @type {any} */ options) => {
      const answer = await fetch(url, options);
      await outbox.discard(queued);
      return answer;
    }
  );
  await outbox.drain();
  globalThis.fetch = fetch;
  assert.deepEqual(await outbox.queue(), []);
});

test("a failed change that is retried in two tabs goes once, behind what waits", async () => {
  server.refuses.add("a");
  await vote("a");
  await outbox.drain();
  server.refuses.clear();
  await vote("b");
  const [failed] = await outbox.queue();
  await Promise.all([outbox.retry(failed), outbox.retry(failed)]);
  assert.deepEqual(
    (await outbox.queue()).map(({ about }) => about),
    ["b", "a"],
  );
});

test("a timer does not wait for whoever is sending", async () => {
  await vote("a");
  const [first, second] = await Promise.all([outbox.drain(), outbox.drain({ ifFree: true })]);
  assert.deepEqual([first, second], ["empty", "busy"]);
});

test("waiting grows with each failure, up to a minute, and is never the same for all", () => {
  assert.equal(outbox.backoff(0, 1), 500);
  assert.equal(outbox.backoff(3, 1), 4000);
  assert.equal(outbox.backoff(30, 1), 60_000);
  assert.ok(outbox.backoff(5, 0) < outbox.backoff(5, 1));
});
