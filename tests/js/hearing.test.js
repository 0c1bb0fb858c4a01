import assert from "node:assert/strict";
import { test } from "node:test";
import { Hearing } from "../../static/js/player/hearing.js";

/** A hearing, and what it noted: the last state of each listen. */
function hearing() {
  /** @type {Map<string, any>} */
  const kept = new Map();
  let sent = 0;
  const made = new Hearing({
    keep: (heard) => kept.set(heard.id, heard),
    send: () => {
      sent += 1;
    },
  });
  return { made, noted: () => [...kept.values()], sent: () => sent };
}

/** Play on, a quarter of a second at a time. @param {Hearing} made @param {number} from @param {number} to */
function play(made, from, to, rate = 1) {
  for (let second = from; second <= to; second += 0.25 * rate) made.at(second, rate);
}

const SONG = { id: "song", duration_seconds: 200 };

test("what sounded is counted, and what was skipped is not", () => {
  const { made, noted } = hearing();
  made.begin(SONG, "list");
  play(made, 0, 10);
  made.at(150);
  play(made, 150, 155);
  made.at(20); // and back
  play(made, 20, 25);
  made.close();
  const [{ seconds, finished, track, playlist }] = noted();
  assert.equal(seconds, 20);
  assert.deepEqual([finished, track, playlist], [false, "song", "list"]);
});

test("it is told when it counts, and when it is over", () => {
  const { made, sent, noted } = hearing();
  made.begin(SONG, null);
  play(made, 0, 29.5);
  assert.equal(sent(), 0);
  play(made, 29.5, 31);
  assert.equal(sent(), 1);
  made.end();
  assert.equal(sent(), 2);
  assert.equal(noted().length, 1);
  assert.equal(noted()[0].finished, true);
});

test("one listen after another, each with an id of its own", () => {
  const { made, noted } = hearing();
  for (let round = 0; round < 2; round += 1) {
    made.begin(SONG, null);
    play(made, 0, 5);
  }
  made.close();
  assert.equal(noted().length, 2);
});

test("what was only touched is not noted", () => {
  const { made, noted, sent } = hearing();
  made.begin(SONG, null);
  made.at(0.5);
  made.close();
  assert.deepEqual([noted().length, sent()], [0, 0]);
});

test("fast speech counts as what was heard of it", () => {
  const { made, noted } = hearing();
  made.begin(SONG, null);
  play(made, 0, 40, 2);
  made.close();
  assert.equal(noted()[0].seconds, 40);
});

test("little by little it is noted on the device, so that a closed page loses seconds at most", () => {
  const { made, noted } = hearing();
  made.begin(SONG, null);
  play(made, 0, 25);
  assert.ok(noted()[0].seconds >= 20);
});
