// Sound that stands still though the browser has it: WebKitGTK (2.50) now and then, and often on a busy
// machine, does not notice that its buffer is full again, and then waits for good. Pausing and playing
// on in one go, so that nobody sees or hears it, makes it look.

const PATIENCE = 1500; // milliseconds without a step forward
const AT_MOST = 30_000; // between two attempts: where sound has no way out of the machine, none helps
const AHEAD = 1; // seconds that must be there, or all to the end

/** Keep an <audio> going for as long as it lives.
 * @param {HTMLAudioElement} audio */
export function keepGoing(audio) {
  let timer = 0;
  let patience = PATIENCE;

  function watch() {
    const from = audio.currentTime;
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      if (audio.paused) return; // until it plays again
      const stands = audio.currentTime === from && ought(audio);
      patience = stands ? Math.min(patience * 2, AT_MOST) : PATIENCE;
      if (stands) {
        audio.pause();
        audio.play().catch(() => {}); // another source was set in this moment
      }
      watch();
    }, patience);
  }

  audio.addEventListener("play", watch);
}

/** Whether it ought to move.
 * @param {HTMLAudioElement} audio */
function ought({ ended, seeking, error, buffered, currentTime, duration }) {
  if (ended || seeking || error) return false;
  const enough = Math.min(currentTime + AHEAD, duration - 0.1);
  for (let n = 0; n < buffered.length; n++)
    if (buffered.start(n) <= currentTime && enough <= buffered.end(n)) return true;
  return false;
}
