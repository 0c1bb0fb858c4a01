// What a browser says that it is, in a few words: "Firefox on Android". Needs no browser itself.

/** @typedef {"phone" | "tablet" | "computer"} Kind */

// The first that is found: many claim to be the ones below them as well.
/** @type {[RegExp, string][]} */
const BROWSERS = [
  [/\bEdg(e|A|iOS)?\//, "Edge"],
  [/\b(OPR|OPT|Opera)\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(Firefox|FxiOS)\//, "Firefox"],
  [/\b(HeadlessChrome|Chrome|Chromium|CriOS)\//, "Chrome"],
  [/\bEpiphany\//, "Web"],
  [/\bSafari\//, "Safari"],
];

/** @type {[RegExp, string][]} */
const SYSTEMS = [
  [/\biPhone\b|\biPod\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bMac(intosh| OS X)\b/, "Mac"],
  [/\bLinux\b|\bX11\b/, "Linux"],
];

/**
 * @param {string} agent as the browser sends it
 * @param {number} fingers that its screen feels: an iPad says that it is a Mac, which feels none
 * @returns {{browser: string, system: string, kind: Kind}} empty where it doesn't say
 */
export function described(agent, fingers = 0) {
  const find = (/** @type {[RegExp, string][]} */ names) =>
    names.find(([pattern]) => pattern.test(agent))?.[1] ?? "";
  let system = find(SYSTEMS);
  if (system === "Mac" && fingers > 1) system = "iPad";
  return { browser: find(BROWSERS), system, kind: kindOf(agent, system) };
}

/** @param {string} agent @param {string} system @returns {Kind} */
function kindOf(agent, system) {
  if (system === "iPad") return "tablet";
  if (system === "Android") return /\bMobile\b/.test(agent) ? "phone" : "tablet";
  return system === "iPhone" ? "phone" : "computer";
}
