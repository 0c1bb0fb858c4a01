// The order of the rows on the page, changed with as few moves as can be: a row that is moved loses its
// place in a screen reader, and where the browser has no moveBefore() also its focus for a moment.

const NEAR = 200; // px outside of what is seen, within which a row's glide may come into it

/**
 * Bring rows into an order, and number them. Rows keep their focus, and those in sight glide.
 * @param {HTMLElement} list its children are the rows
 * @param {string[]} wanted their ids, in order
 */
export function arrange(list, wanted) {
  const rows = /** @type {HTMLElement[]} */ ([...list.children]);
  if (!rows.every((row, index) => row.id === wanted[index])) {
    const before = new Map(rows.map((row) => [row, isSeen(row) ? row.offsetTop : null]));
    reorder(list, rows, wanted);
    glide(before);
  }
  for (const [index, row] of [...list.children].entries()) {
    const place = row.querySelector(".place");
    if (place && place.textContent !== String(index + 1)) place.textContent = String(index + 1);
  }
}

/** @param {HTMLElement} list @param {HTMLElement[]} rows @param {string[]} wanted */
function reorder(list, rows, wanted) {
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const row of outOfPlace(rows, wanted)) {
    const next = wanted[wanted.indexOf(row.id) + 1];
    put(list, row, byId.get(next) ?? null);
  }
  // Several may have moved: what is still not right is put right from the end.
  for (let i = wanted.length - 1; i >= 0; i -= 1) {
    const row = byId.get(wanted[i]);
    const next = byId.get(wanted[i + 1]) ?? null;
    if (row && row.nextElementSibling !== next) put(list, row, next);
  }
}

/** @param {HTMLElement} row */
function isSeen(row) {
  const { top, bottom } = row.getBoundingClientRect();
  return bottom > -NEAR && top < innerHeight + NEAR;
}

/** The rows that moved against the others: usually one. @param {HTMLElement[]} rows
 * @param {string[]} wanted */
function outOfPlace(rows, wanted) {
  let i = 0;
  let j = 0;
  const late = new Set();
  while (i < rows.length && j < wanted.length) {
    if (rows[i].id === wanted[j]) {
      i += 1;
      j += 1;
    } else if (rows[i + 1]?.id === wanted[j]) {
      late.add(rows[i]); // it went further down
      i += 1;
    } else {
      const earlier = rows.find((row) => row.id === wanted[j]);
      if (!earlier || late.has(earlier)) {
        j += 1;
        continue;
      }
      late.add(earlier); // it came from further down
      j += 1;
      if (late.size > 3) break;
    }
  }
  return late;
}

/** Move a row without losing its focus, where the browser can. @param {HTMLElement} list
 * @param {HTMLElement} row @param {HTMLElement | null} next */
function put(list, row, next) {
  const parent = /** @type {any} */ (list);
  if (parent.moveBefore) {
    parent.moveBefore(row, next);
    return;
  }
  const focused = row.contains(document.activeElement) ? document.activeElement : null;
  list.insertBefore(row, next);
  /** @type {HTMLElement | null} */ (focused)?.focus({ preventScroll: true });
}

/** Let the rows that were seen glide from where they were. @param {Map<HTMLElement, number | null>} before */
function glide(before) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const [row, top] of before) {
    if (top === null || !row.isConnected) continue;
    const moved = top - row.offsetTop;
    if (!moved) continue;
    row.animate([{ transform: `translateY(${moved}px)` }, { transform: "none" }], {
      duration: 220,
      easing: "cubic-bezier(0.2, 0.7, 0.2, 1)",
    });
  }
}
