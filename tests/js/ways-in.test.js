// Which forms let somebody in or out: while one is on its way, the worker shows nothing of who was here.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isDoor, isWayIn } from "../../static/js/worker/ways-in.js";

test("every way in and out is a door, and nothing else is", () => {
  for (const path of ["login", "welcome/Bb4_b-MIO4", "new-password/x"])
    assert.deepEqual([isWayIn(path), isDoor(path)], [true, true], path);
  assert.deepEqual([isWayIn("logout"), isDoor("logout")], [false, true]);
  for (const path of ["", "you", "welcome", "welcome/a/b", "playlists/login", "loginx"])
    assert.equal(isDoor(path), false, path);
});
