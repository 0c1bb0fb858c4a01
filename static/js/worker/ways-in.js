// Which forms let somebody in or out: while one is on its way, nothing is shown of who was here.

/**
 * Logging in, in one step or two, and the links of who is invited or gets a new password. Deleting
 * one's account as well: where it leads on, whoever was here is not any more.
 * @param {string} path
 */
export function isWayIn(path) {
  return /^(login(\/second|\/passkey)?|(welcome|new-password)\/[^/]+|you\/leave)$/.test(path);
}

/** @param {string} path */
export function isDoor(path) {
  return isWayIn(path) || path === "logout";
}
