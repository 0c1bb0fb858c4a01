// One's own channel: what concerns one person wherever they are (imports, invites, the end of a
// session). One socket a page, opened with it and kept over navigation; it fires on the document, so
// that who listens needs to know nothing of sockets:
//
//   jam:me         detail: Happening   something was committed
//   jam:me-resync  detail: {seq}       what was missed up to this event, if it is known which, can't be
//                                      told one by one: who shows an older state reads afresh
//   jam:me-state   detail: State       how one is connected
//   jam:library    detail: {version}   something in the library is another; at most once a second

import { personOnPage } from "../site.js";
import { Channel } from "./channel.js";

/** @type {Channel | null} */
let mine = null;

/** The channel of who is logged in; null on a page that is nobody's. */
export function myChannel() {
  if (!mine && personOnPage()) mine = opened();
  return mine;
}

function opened() {
  const channel = new Channel("ws/me");
  channel.addEventListener("event", (event) => {
    tell("jam:me", /** @type {CustomEvent} */ (event).detail);
  });
  channel.addEventListener("state", () => tell("jam:me-state", channel.state));
  channel.addEventListener("resync", () => tell("jam:me-resync", {}));
  channel.addEventListener("passing", (event) => {
    const { type, payload } = /** @type {CustomEvent} */ (event).detail;
    if (type === "library.changed") tell("jam:library", payload);
    if (type !== "connection.established" || channel.since !== null) return;
    // It named no event, so nothing is replayed: what comes begins exactly behind this one.
    channel.since = payload.seq;
    tell("jam:me-resync", { seq: payload.seq });
  });
  return channel;
}

/** @param {string} type @param {unknown} detail */
function tell(type, detail) {
  document.dispatchEvent(new CustomEvent(type, { detail }));
}

myChannel();
