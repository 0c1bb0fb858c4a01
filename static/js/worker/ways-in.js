// Which forms let somebody in or out: while one is on its way, nothing is shown of who was here.

/** Logging in, and the links of who is invited or gets a new password. @param {string} path */
export function isWayIn(path) {
  return /^(login|(welcome|new-password)\/[^/]+)$/.test(path);
}

/** @param {string} path */
export function isDoor(path) {
  return isWayIn(path) || path === "logout";
}
