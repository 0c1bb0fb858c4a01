import assert from "node:assert/strict";
import { test } from "node:test";

import { described } from "../../static/js/offline/device-name.js";

const GECKO = "(KHTML, like Gecko)";
const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)";

/** @type {[string, number, string][]} */
const BROWSERS = [
  [
    "Mozilla/5.0 (Android 15; Mobile; rv:153.0) Gecko/153.0 Firefox/153.0",
    5,
    "Firefox on Android, phone",
  ],
  [
    `Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 ${GECKO} Chrome/156.0.0.0 Mobile Safari/537.36`,
    5,
    "Chrome on Android, phone",
  ],
  [
    `Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 ${GECKO} Chrome/156.0.0.0 Safari/537.36`,
    5,
    "Chrome on Android, tablet",
  ],
  [
    `Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S901B) AppleWebKit/537.36 ${GECKO} SamsungBrowser/29.0 Chrome/140.0.0.0 Mobile Safari/537.36`,
    5,
    "Samsung Internet on Android, phone",
  ],
  [
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 ${GECKO} Chrome/156.0.0.0 Safari/537.36`,
    0,
    "Chrome on Windows, computer",
  ],
  [
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 ${GECKO} Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0`,
    10,
    "Edge on Windows, computer",
  ],
  [
    `Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 ${GECKO} Version/26.0 Mobile/15E148 Safari/604.1`,
    5,
    "Safari on iPhone, phone",
  ],
  [
    `Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 ${GECKO} CriOS/156.0 Mobile/15E148 Safari/604.1`,
    5,
    "Chrome on iPhone, phone",
  ],
  [
    `${MAC} AppleWebKit/605.1.15 ${GECKO} Version/26.0 Safari/605.1.15`,
    5,
    "Safari on iPad, tablet",
  ],
  [
    `${MAC} AppleWebKit/605.1.15 ${GECKO} Version/26.0 Safari/605.1.15`,
    0,
    "Safari on Mac, computer",
  ],
  [
    "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0",
    0,
    "Firefox on Linux, computer",
  ],
  [
    `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 ${GECKO} Chrome/156.0.0.0 Safari/537.36`,
    0,
    "Chrome on ChromeOS, computer",
  ],
  ["", 0, " on , computer"],
];

for (const [agent, fingers, words] of BROWSERS) {
  test(`a browser is called ${words}`, () => {
    const { browser, system, kind } = described(agent, fingers);
    assert.equal(`${browser} on ${system}, ${kind}`, words);
  });
}
