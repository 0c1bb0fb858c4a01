// What one may do in a playlist: by one's role, and by its party settings where they say something of it
// (playlist_app/playlists/party.py). The server asks again.

/** @typedef {"vote" | "down" | "add" | "move" | "remove" | "skip"} Right */

const EDITORS = ["owner", "host", "editor"];
/** @type {Record<Right, keyof import("./shapes.js").Party | null>} */
const SETTING = {
  vote: null,
  down: "down",
  add: "add",
  move: "reorder",
  remove: "remove",
  skip: "skip",
};

/** @param {{my_role: string, party?: import("./shapes.js").Party}} playlist @param {Right} right */
export function mayIn({ my_role: role, party }, right) {
  if (role === "viewer") return false;
  const setting = SETTING[right];
  const who = setting && party?.[setting];
  if (who === "nobody") return false;
  if (who === "everybody") return true;
  return EDITORS.includes(role) || right === "vote" || (right === "down" && who !== "editors");
}

/** All of them, as the page's attribute says it. @param {Parameters<typeof mayIn>[0]} playlist */
export function rightsIn(playlist) {
  const all = /** @type {Right[]} */ (Object.keys(SETTING));
  return all.filter((right) => mayIn(playlist, right)).join(" ");
}
