// What a reviewer decided about a track that one added: told wherever one is.

import { toast } from "../pages/toast-line.js";
import { address } from "../site.js";
import { say } from "../words.js";

document.addEventListener("jam:me", (event) => {
  const { type, payload } = /** @type {CustomEvent} */ (event).detail;
  if (type !== "track.reviewed") return;
  const { id, title, status, review_reason: reason } = payload.track;
  const action = {
    label: say("show"),
    act: () => location.assign(address(`library/${id}`)),
  };
  if (status === "published") toast(say("was_published", { title }), action);
  else toast(say("was_rejected", { title, reason: reason ?? "" }), action);
});
