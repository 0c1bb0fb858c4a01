// What keeps a sound going that stands still though it is there.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { keepGoing } from "../../static/js/player/stuck.js";

globalThis.window = globalThis;

/** As far as keepGoing knows an <audio>: it has second 0 to 10 of 40. */
class Audio extends EventTarget {
  ended = false;
  seeking = false;
  error = null;
  paused = true;
  currentTime = 0;
  duration = 40;
  buffered = { length: 1, start: () => 0, end: () => 10 };
  begun = 0;

  async play() {
    this.begun += 1;
    this.paused = false;
    this.dispatchEvent(new Event("play"));
  }

  pause() {
    this.paused = true;
  }
}

/** @type {Audio} */
let audio;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  audio = new Audio();
  keepGoing(audio);
  audio.play();
});

test("what stands though it is there is begun again, ever more rarely", () => {
  mock.timers.tick(1500);
  assert.equal(audio.begun, 2);
  mock.timers.tick(1500);
  assert.equal(audio.begun, 2);
  mock.timers.tick(1500);
  assert.equal(audio.begun, 3);
  assert.equal(audio.paused, false);
});

test("what moves is left alone, and once it moved patience is short again", () => {
  mock.timers.tick(1500);
  assert.equal(audio.begun, 2);
  audio.currentTime = 1;
  mock.timers.tick(3000);
  assert.equal(audio.begun, 2);
  mock.timers.tick(1500);
  assert.equal(audio.begun, 3);
});

for (const [why, state] of Object.entries({
  "is paused": { paused: true },
  "is over": { ended: true },
  seeks: { seeking: true },
  failed: { error: {} },
  "waits for the network": { currentTime: 9.5 },
  "has nothing yet": { buffered: { length: 0 } },
}))
  test(`what ${why} is left alone`, () => {
    Object.assign(audio, state);
    mock.timers.tick(60_000);
    assert.equal(audio.begun, 1);
  });

test("at the end less is enough", () => {
  Object.assign(audio, { duration: 10, currentTime: 9.5 });
  audio.dispatchEvent(new Event("play"));
  mock.timers.tick(1500);
  assert.equal(audio.begun, 2);
});
