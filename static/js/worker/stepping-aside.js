// The worker that an admin's switch puts in the place of the other (playlist_app/offline/routes.py): it
// takes over without asking, as it is there for the case that the other does harm; answers nothing, so
// that everything goes to the network; and is gone when the pages that are open are. It deletes nothing:
// when the offline mode is on again, everything is where it was.
//
// It imports nothing, so that nothing of ours can hold it up.

const worker = /** @type {any} */ (self);

worker.addEventListener("install", () => {
  const channel = new BroadcastChannel("jamboree");
  channel.postMessage({ kind: "stepped-aside" });
  channel.close();
  worker.skipWaiting();
});

worker.addEventListener("activate", (/** @type {any} */ event) => {
  event.waitUntil(worker.registration.unregister());
});
