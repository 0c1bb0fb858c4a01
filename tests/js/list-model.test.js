import assert from "node:assert/strict";
import { test } from "node:test";
import { ListModel, withVote } from "../../static/js/playlists/list-model.js";
import { following, sorted } from "../../static/js/playlists/order.js";

/** An item as the server sends it. @param {string} name @param {object} [fields] @returns {any} */
function item(name, fields = {}) {
  return {
    id: name,
    track: { id: `track-${name}`, title: name, artist: "", duration_seconds: 100, audio: null },
    rank: `a${name}`,
    votes: 0,
    up: 0,
    down: 0,
    added_by: { id: "olga", name: "Olga" },
    added_at: `2026-11-21T20:0${name.charCodeAt(0) % 10}:00.000Z`,
    is_playing: false,
    played_at: null,
    my_vote: null,
    ...fields,
  };
}

/** @param {string} names @param {object} [playlist] */
function model(names, playlist = {}) {
  const made = new ListModel(
    /** @type {any} */ ({ id: "p", order_mode: "manual", my_role: "owner", seq: 10, ...playlist }),
  );
  made.load({ items: [...names].map((name) => item(name)), seq: 10 });
  return made;
}

/** @param {ListModel} list */
function order(list) {
  return list
    .shown()
    .map(({ id }) => id)
    .join("");
}

/** @param {string} kind @param {object} fields @param {object} [more] @returns {any} */
function queued(kind, fields, more = {}) {
  const id = `op-${Math.random()}`;
  return { operation: { id, kind, playlist: "p", at: "", ...fields }, state: "waiting", ...more };
}

test("ranks are compared byte by byte, so that capitals come before small letters", () => {
  const items = ["b00", "aA", "a1", "a0V", "a0", "Zz"].map((rank) => item(rank, { rank }));
  const ranks = sorted(items, "manual", { id: null }).map(({ rank }) => rank);
  assert.deepEqual(ranks, ["Zz", "a0", "a0V", "a1", "aA", "b00"]);
});

test("by votes the best comes first, then the oldest, and what plays stays on top", () => {
  const items = [
    item("a", { votes: 1 }),
    item("b", { votes: 3 }),
    item("c", { votes: 3 }),
    item("d", { votes: -1 }),
  ];
  const ids = sorted(items, "votes", { id: "d" }).map(({ id }) => id);
  assert.deepEqual(ids, ["d", "b", "c", "a"]);
});

test("in turns who had fewer comes first, then who waits longest, and votes order one's own", () => {
  const pia = { id: "pia", name: "Pia" };
  const items = [
    item("a", { votes: 1 }),
    item("b", { votes: 3 }),
    item("c", { added_by: pia }),
    item("d", { added_by: pia }),
  ];
  const ids = sorted(items, "fair", { id: "d", turns: { olga: { turns: 1, last: "" } } });
  assert.deepEqual(
    ids.map(({ id }) => id),
    ["d", "c", "b", "a"],
  );
});

test("what follows is the next by rank, or by votes the best that was not played", () => {
  const list = [item("a"), item("b"), item("c")];
  assert.equal(following(list, "manual", { current: "a" })?.id, "b");
  assert.equal(following(list, "manual", { current: "c" }), null);
  const played = [
    item("a", { is_playing: true, played_at: "2026-11-21T21:00:00.000Z" }),
    item("b", { played_at: "2026-11-21T20:30:00.000Z" }),
    item("c", { played_at: "2026-11-01T20:00:00.000Z" }),
  ];
  const since = "2026-11-21T20:00:00.000Z";
  assert.equal(following(played, "votes", { current: "a", since })?.id, "c");
});

test("by votes, what this device played where nobody was told does not come again", () => {
  const list = [item("a", { votes: 2 }), item("b", { votes: 1 }), item("c")];
  const heard = new Set(["a"]);
  assert.equal(following(list, "votes", { current: "a", heard })?.id, "b");
  heard.add("b");
  assert.equal(following(list, "votes", { current: "b", heard })?.id, "c");
  heard.add("c");
  assert.equal(following(list, "votes", { current: "c", heard }), null);
});

test("a vote that was sent elsewhere is pressed here, and the newer count stays", () => {
  const list = model("a");
  list.apply({ type: "track.voted", seq: 11, payload: { id: "a", votes: 1, up: 1, down: 0 } });
  list.apply({ type: "track.voted", seq: 12, payload: { id: "a", votes: 2, up: 2, down: 0 } });
  const mine = queued("vote", { item: "a", direction: "up" });
  const answer = {
    status: "applied",
    seq: 11,
    item: item("a", { votes: 1, up: 1, my_vote: "up" }),
  };
  list.settle(mine, /** @type {any} */ (answer));
  const { votes, my_vote, pending } = list.view("a") ?? {};
  assert.deepEqual({ votes, my_vote, pending }, { votes: 2, my_vote: "up", pending: undefined });
});

test("an answer that is older than the list as it was loaded changes nothing", () => {
  const list = model("a");
  const mine = queued("vote", { item: "a", direction: "up" });
  const answer = { status: "applied", seq: 9, item: item("a", { votes: 1, my_vote: "up" }) };
  list.settle(mine, /** @type {any} */ (answer));
  assert.deepEqual(list.view("a"), item("a"));
});

test("an answer does not bring back what was removed meanwhile", () => {
  const list = model("ab");
  list.apply({ type: "track.removed", seq: 12, payload: { id: "a" } });
  const mine = queued("vote", { item: "a", direction: "up" });
  list.settle(mine, /** @type {any} */ ({ status: "applied", seq: 11, item: item("a") }));
  assert.equal(order(list), "b");
});

test("an event is applied once", () => {
  const list = model("ab");
  const event = { type: "track.removed", seq: 11, payload: { id: "a" } };
  list.apply(event);
  list.apply({ type: "track.added", seq: 12, payload: { item: item("a") } });
  list.apply(event);
  assert.equal(order(list), "ab");
  assert.equal(list.seq, 12);
});

test("events keep one's own vote, which they do not know", () => {
  const list = model("a");
  list.load({ items: [item("a", { my_vote: "up", up: 1, votes: 1 })], seq: 10 });
  list.apply({ type: "track.voted", seq: 11, payload: { id: "a", votes: 2, up: 2, down: 0 } });
  list.apply({ type: "track.moved", seq: 12, payload: { item: item("a", { rank: "z" }) } });
  assert.equal(list.view("a")?.my_vote, "up");
});

test("a vote that waits is shown at once and marked", () => {
  const list = model("ab", { order_mode: "votes" });
  list.propose(queued("vote", { item: "b", direction: "up" }));
  const shown = list.view("b");
  assert.deepEqual([shown?.votes, shown?.my_vote, shown?.pending], [1, "up", true]);
  assert.equal(order(list), "ba");
  assert.equal(list.items.get("b")?.votes, 0);
});

test("one's own vote is not counted twice while its answer is under way", () => {
  const list = model("a");
  const vote = queued("vote", { item: "a", direction: "up" });
  list.propose(vote);
  list.apply({ type: "track.voted", seq: 11, payload: { id: "a", votes: 1, up: 1, down: 0 } });
  assert.equal(list.view("a")?.votes, 1);
  const answer = item("a", { votes: 1, up: 1, my_vote: "up" });
  list.settle(vote, { id: "", status: "applied", seq: 11, item: answer, replayed: false });
  assert.deepEqual([list.view("a")?.votes, list.view("a")?.pending], [1, undefined]);
});

test("an answer is not undone by older events that come after it", () => {
  const list = model("a");
  const vote = queued("vote", { item: "a", direction: "up" });
  list.propose(vote);
  const answer = item("a", { votes: 3, up: 3, my_vote: "up" });
  list.settle(vote, { id: "", status: "applied", seq: 13, item: answer, replayed: false });
  list.apply({ type: "track.voted", seq: 12, payload: { id: "a", votes: 2, up: 2, down: 0 } });
  assert.equal(list.view("a")?.votes, 3);
  list.apply({ type: "track.voted", seq: 14, payload: { id: "a", votes: 4, up: 4, down: 0 } });
  assert.equal(list.view("a")?.votes, 4);
});

test("an answer is not undone by an older move or add of its item that comes after it", () => {
  const list = model("a");
  const vote = queued("vote", { item: "a", direction: "up" });
  list.propose(vote);
  const answer = item("a", { votes: 2, up: 2, my_vote: "up", rank: "b" });
  list.settle(vote, { id: "", status: "applied", seq: 13, item: answer, replayed: false });
  const moved = item("a", { votes: 1, up: 1, rank: "b" });
  list.apply({ type: "track.moved", seq: 12, payload: { item: moved } });
  assert.deepEqual([list.view("a")?.votes, list.view("a")?.my_vote], [2, "up"]);

  const later = item("a", { votes: 3, up: 3, rank: "c" });
  list.apply({ type: "track.moved", seq: 14, payload: { item: later } });
  const shown = list.view("a");
  assert.deepEqual([shown?.votes, shown?.my_vote, shown?.rank], [3, "up", "c"]);
});

test("a vote that was refused goes back to what the server has", () => {
  const list = model("a");
  const vote = queued("vote", { item: "a", direction: "down" });
  list.propose(vote);
  list.apply({ type: "track.voted", seq: 11, payload: { id: "a", votes: 5, up: 5, down: 0 } });
  list.settle(vote, { id: "", status: "rejected", seq: null, replayed: false });
  const shown = list.view("a");
  assert.deepEqual([shown?.votes, shown?.my_vote, shown?.pending], [5, null, undefined]);
});

test("a move that waits is shown beside the nearest neighbour that is still there", () => {
  const list = model("abcd");
  list.propose(queued("move", { item: "d", after: ["a"], before: ["b"] }));
  assert.equal(order(list), "adbc");
  list.apply({ type: "track.removed", seq: 11, payload: { id: "a" } });
  assert.equal(order(list), "dbc");
});

test("an add that waits is a row at the end, until the server has it", () => {
  const list = model("ab");
  const track = item("c").track;
  const add = queued("add", { item: "c", track: track.id }, { track });
  list.propose(add);
  assert.equal(order(list), "abc");
  assert.equal(list.shown()[2].pending, true);
  list.apply({ type: "track.added", seq: 11, payload: { item: item("c") } });
  assert.equal(order(list), "abc");
  list.settle(add, { id: "", status: "applied", seq: 11, item: item("c"), replayed: false });
  assert.equal(list.shown()[2].pending, undefined);
});

test("a removal that waits marks the row; the server's word takes it away", () => {
  const list = model("ab");
  list.propose(queued("remove", { item: "a" }));
  assert.deepEqual([list.view("a")?.leaving, list.view("a")?.pending], [true, true]);
  list.apply({ type: "track.removed", seq: 11, payload: { id: "a" } });
  assert.equal(order(list), "b");
});

test("what plays is known, and when it began", () => {
  const list = model("ab");
  const payload = {
    id: "b",
    position_ms: 0,
    server_time: "2026-11-21T20:00:00.000Z",
    playing: true,
  };
  list.apply({ type: "track.playing", seq: 11, payload });
  assert.equal(list.view("b")?.is_playing, true);
  assert.equal(list.view("b")?.played_at, payload.server_time);
  list.apply({ type: "track.playing", seq: 12, payload: { ...payload, id: "a" } });
  assert.deepEqual([list.view("a")?.is_playing, list.view("b")?.is_playing], [true, false]);
});

test("a tidy-up of ranks changes no order", () => {
  const list = model("ab");
  list.apply({ type: "playlist.reordered", seq: 11, payload: { ranks: { a: "a0", b: "a1" } } });
  assert.equal(order(list), "ab");
  assert.equal(list.items.get("b")?.rank, "a1");
});

test("changing a vote moves the counts of both sides", () => {
  const voted = item("a", { votes: 1, up: 2, down: 1, my_vote: "up" });
  const turned = withVote(voted, "down");
  assert.deepEqual([turned.votes, turned.up, turned.down, turned.my_vote], [-1, 1, 2, "down"]);
  assert.deepEqual(withVote(turned, "up"), voted);
});

test("settings that wait are shown over those of the server, and say that they wait", () => {
  const list = model("ab", { title: "Friday", description: "", consume: false });
  const update = queued("update", { fields: { title: "Saturday", order_mode: "votes" } });
  /** @type {string[]} */
  const told = [];
  list.addEventListener("change", (e) => told.push(/** @type {CustomEvent} */ (e).detail.kind));
  list.propose(update);
  assert.equal(list.settings.title, "Saturday");
  assert.deepEqual([...list.settings.pending], ["title", "order_mode"]);
  assert.deepEqual(told, ["settings", "all"]);

  // Somebody changed the description meanwhile: both show.
  const theirs = { title: "Friday", description: "Bring cups", order_mode: "manual", seq: 11 };
  list.apply({ type: "playlist.updated", seq: 11, payload: { playlist: theirs } });
  assert.equal(list.settings.description, "Bring cups");
  assert.equal(list.settings.title, "Saturday");

  const now = { ...theirs, title: "Saturday", order_mode: "votes", seq: 12 };
  const result = { id: "", status: "applied", seq: 12, playlist: now, replayed: false };
  list.settle(update, /** @type {any} */ (result));
  assert.equal(list.playlist.title, "Saturday");
  assert.equal(list.settings.pending.size, 0);
});

test("an answer about settings that is older than what is known changes nothing", () => {
  const list = model("a", { title: "Friday" });
  const update = queued("update", { fields: { title: "Saturday" } });
  list.propose(update);
  list.apply({ type: "playlist.updated", seq: 13, payload: { playlist: { title: "Sunday" } } });
  const old = { id: "", status: "applied", seq: 12, playlist: { title: "Saturday" } };
  list.settle(update, /** @type {any} */ (old));
  assert.equal(list.settings.title, "Sunday");
});

test("settings that the server did not take fall back to what it has", () => {
  const list = model("a", { title: "Friday" });
  const update = queued("update", { fields: { title: "Saturday" } });
  list.propose(update);
  list.settle(update, /** @type {any} */ ({ id: "", status: "rejected", seq: null }));
  assert.equal(list.settings.title, "Friday");
});

test("a playlist that only this device has can be filled, ordered and voted on", () => {
  const list = model("", { seq: 0 });
  list.propose(queued("create", { title: "Cabin" }));
  for (const name of "abc") {
    const { track } = item(name);
    list.propose(queued("add", { track: track.id, item: name }, { track }));
  }
  list.propose(queued("move", { item: "c", after: [], before: ["a", "b"] }));
  list.propose(queued("vote", { item: "b", direction: "up" }));
  list.propose(queued("remove", { item: "a" }));
  assert.equal(list.settings.isNew, true);
  assert.equal(order(list), "cab");
  assert.equal(list.view("b")?.votes, 1);
  assert.equal(list.view("b")?.pending, true);
  assert.equal(list.view("a")?.leaving, true);
});

test("what was taken off can be added again before either was sent", () => {
  const list = model("a");
  list.propose(queued("remove", { item: "a" }));
  assert.equal(list.waitingItem("track-a"), undefined);
  list.propose(queued("add", { track: "track-a", item: "z" }, { track: item("a").track }));
  assert.equal(order(list), "az");
  assert.equal(list.waitingItem("track-a")?.id, "z");
});
