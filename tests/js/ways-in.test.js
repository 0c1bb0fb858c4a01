// Which forms let somebody in or out: while one is on its way, the worker shows nothing of who was here.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isDoor, isWayIn } from "../../static/js/worker/ways-in.js";

test("every way in and out is a door, and nothing else is", () => {
  const ways = [
    "login",
    "login/second",
    "login/passkey",
    "welcome/Bb4_b-MIO4",
    "new-password/x",
    "you/leave",
  ];
  for (const path of ways) assert.deepEqual([isWayIn(path), isDoor(path)], [true, true], path);
  assert.deepEqual([isWayIn("logout"), isDoor("logout")], [false, true]);
  for (const path of [
    "",
    "you",
    "welcome",
    "welcome/a/b",
    "playlists/login",
    "loginx",
    "login/x",
    "you/data",
  ])
    assert.equal(isDoor(path), false, path);
});
