// What scripts say, in the language of the page (templates/_words.html).

/** @type {Record<string, any> | undefined} */
let words;

/** @param {string} key @returns {any} */
function find(key) {
  words ??= JSON.parse(document.getElementById("words")?.textContent || "{}");
  return key.split(".").reduce((/** @type {any} */ level, part) => level?.[part], words);
}

/**
 * A sentence, with its {names} filled in.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function say(key, values = {}) {
  const text = find(key);
  if (typeof text !== "string") return key;
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** @param {string} key @param {number} count */
export function sayCount(key, count) {
  return count === 1 ? say(`${key}_one`) : say(key, { count });
}

/** Seconds as 3:42 or 1:02:05. @param {number | null | undefined} seconds */
export function clock(seconds) {
  if (seconds == null || !Number.isFinite(seconds)) return "";
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [
    Math.floor(whole / 3600),
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  const tail = String(rest).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** Seconds as "30 min" or "1 h 5 min". @param {number} seconds */
export function spell(seconds) {
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return say("minutes", { count: minutes });
  return say("hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/** Bytes as "12 MB". @param {number} bytes */
export function megabytes(bytes) {
  const mb = bytes / 1_000_000;
  return mb >= 1000
    ? `${(mb / 1000).toFixed(1)} GB`
    : `${mb < 10 ? mb.toFixed(1) : Math.round(mb)} MB`;
}

/** The hue of a person's avatar, 0 to 11; as the server computes it (web.py). @param {string} name */
export function hue(name) {
  let sum = 0;
  for (const character of name) sum += character.codePointAt(0) ?? 0;
  return sum % 12;
}
