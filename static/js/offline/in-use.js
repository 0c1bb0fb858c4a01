// Which files are in use just now, on any page: what plays, and what is being fetched for it. Said by
// locks, which end with the page that holds them, however it ends.

const PREFIX = "jamboree-uses-";

/**
 * Say that a file is in use, until the function is called that this answers.
 * @param {string} sha256 @returns {() => void}
 */
export function use(sha256) {
  /** @type {() => void} */
  let end = () => {};
  const over = new Promise((done) => {
    end = () => done(undefined);
  });
  // Several pages may use the same. Without locks nothing is kept here that could be thrown out.
  navigator.locks?.request(PREFIX + sha256, { mode: "shared" }, () => over).catch(() => {});
  return end;
}

/** @returns {Promise<Set<string>>} their SHA-256 */
export async function inUse() {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  const names = held.map(({ name = "" }) => name);
  return new Set(
    names.filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length)),
  );
}
