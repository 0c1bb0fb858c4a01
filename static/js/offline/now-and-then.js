// What follows a download, which says something for every MiB: soon after it, and however much there is to
// look through, for a small part of the time.

const SOON = 250; // milliseconds
const RESTS = 10; // times as long as it took
const LONGEST = 1000; // milliseconds: somebody may have pressed a button, and looks

/**
 * A function that has `act` done a moment after it is called, once for all calls until then.
 * @param {() => unknown} act what it fails with is its own business
 * @returns {() => void}
 */
export function nowAndThen(act) {
  let isPlanned = false;
  let pause = SOON;
  const run = async () => {
    isPlanned = false;
    const began = performance.now();
    await act();
    pause = Math.min(LONGEST, Math.max(SOON, (performance.now() - began) * RESTS));
  };
  return () => {
    if (isPlanned) return;
    isPlanned = true;
    setTimeout(run, pause);
  };
}
