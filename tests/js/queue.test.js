import assert from "node:assert/strict";
import { test } from "node:test";
import { Queue } from "../../static/js/player/queue.js";

/** A list of tracks, a letter each. @param {string} names @returns {any[]} */
function list(names) {
  return [...names].map((name) => ({ key: name, track: track(name) }));
}

/** @param {string} name @returns {any} */
function track(name) {
  return { id: name, title: name, artist: name };
}

/** @param {Queue} queue */
function comes(queue) {
  return queue.upcoming.map((one) => one.track.title).join("");
}

/** @param {string} names @param {string | null} [from] */
function playing(names, from = null) {
  const queue = new Queue(() => 0.4);
  queue.load(list(names), from);
  return queue;
}

test("a list is played from where one begins, to its end", () => {
  const queue = playing("abcd", "b");
  assert.equal(queue.current?.key, "b");
  assert.equal(comes(queue), "cd");
  assert.equal(queue.next()?.key, "c");
  assert.equal(queue.next()?.key, "d");
  assert.equal(queue.next(), null);
  assert.equal(queue.current?.key, "d", "what was on stays shown");
});

test("what is asked for comes before the rest of the list, next before last", () => {
  const queue = playing("abc");
  queue.add([track("x")]);
  queue.playNext([track("y"), track("z")]);
  assert.equal(comes(queue), "yzxbc");
  assert.equal(queue.next()?.track.title, "y");
  assert.equal(comes(queue), "zxbc");
});

test("another list leaves what was asked for", () => {
  const queue = playing("abc");
  queue.add([track("x")]);
  queue.load(list("def"), "e");
  assert.equal(comes(queue), "xf");
});

test("one goes back to what was played, also before where one began", () => {
  const queue = playing("abcd", "b");
  queue.next();
  assert.equal(queue.previous()?.key, "b");
  assert.equal(comes(queue), "cd");
  assert.equal(queue.previous()?.key, "a");
  assert.equal(queue.previous(), null);
  assert.equal(queue.current?.key, "a");
});

test("repeating all begins again behind the end", () => {
  const queue = playing("ab");
  queue.repeat = "all";
  assert.deepEqual(
    [queue.next(), queue.next(), queue.next()].map((one) => one?.key),
    ["b", "a", "b"],
  );
});

test("repeating one stays with it, until somebody presses next", () => {
  const queue = playing("ab");
  queue.repeat = "one";
  assert.equal(queue.next()?.key, "a");
  assert.equal(queue.next({ byHand: true })?.key, "b");
});

test("shuffling keeps what is on, plays each once, and can be taken back", () => {
  const queue = playing("abcdef", "b");
  queue.next(); // c
  queue.shuffle(true);
  assert.equal(queue.current?.key, "c");
  assert.equal([...comes(queue)].sort().join(""), "adef", "not what was played already");
  queue.shuffle(false);
  assert.equal(comes(queue), "def");
});

test("a shuffled list begins anywhere, unless one was chosen", () => {
  const queue = new Queue(() => 0.99);
  queue.isShuffled = true;
  assert.notEqual(queue.load(list("abcd"))?.key, "a");
  assert.equal(queue.load(list("abcd"), "a")?.key, "a");
  assert.equal(comes(queue).length, 3);
});

test("rows are moved and removed, and what is above what was asked for is asked for", () => {
  const queue = playing("abcd");
  queue.add([track("x"), track("y")]);
  const [x] = queue.upcoming;
  queue.move(x.key, 1);
  assert.equal(comes(queue), "yxbcd");
  queue.move("d", 0);
  assert.equal(comes(queue), "dyxbc");
  assert.equal(queue.asked.length, 3);
  queue.move("d", 4);
  assert.equal(comes(queue), "yxbcd");
  assert.equal(queue.asked.length, 2);
  queue.remove("c");
  assert.equal(comes(queue), "yxbd");
  queue.clear();
  assert.equal(comes(queue), "");
});

test("a list that changes is followed", () => {
  const queue = playing("abcd", "b");
  queue.follow(list("bxacd"));
  assert.equal(comes(queue), "xacd");
  queue.follow(list("xac")); // what is on was removed
  assert.equal(queue.current?.key, "b");
  assert.equal(comes(queue), "xac");
});

test("a list that changes does not undo what one arranged", () => {
  const queue = playing("abcd");
  queue.remove("c");
  queue.follow(list("abcdn"));
  assert.equal(comes(queue), "bdn");
  queue.shuffle(true);
  queue.follow(list("abdnm"));
  assert.ok(comes(queue).includes("m"));
  assert.ok(!comes(queue).includes("a"));
});

test("by votes what was heard does not come again, wherever it stands", () => {
  const queue = new Queue();
  queue.isVoted = true;
  queue.load(list("abc"), "b");
  assert.equal(comes(queue), "ac");
  queue.next();
  queue.follow(list("cba"));
  assert.equal(comes(queue), "c");
});
