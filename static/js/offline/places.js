// What is remembered of a person outside of the databases, in the browser's small store; it goes with them.

const LISTENING = "jamboree-listening";

/** Where it is remembered how a person listens here. @param {string} id theirs */
export function habitsOf(id) {
  return `${LISTENING}-${id}`;
}

/** What is there of a person. An earlier version named nobody: that counts as theirs.
 * @param {string} id @returns {string[]} */
export function remembered(id) {
  try {
    return Object.keys(localStorage).filter((name) => name === LISTENING || name.includes(id));
  } catch {
    return []; // this browser lets nothing be kept there
  }
}

/** @param {string} id */
export function forgetRemembered(id) {
  for (const name of remembered(id)) localStorage.removeItem(name);
}
