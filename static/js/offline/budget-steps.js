// The steps of the slider that chooses the budget: near each other where it is small. Needs no browser.

const MB = 1_000_000;
const STEPS = [
  50, 100, 200, 300, 400, 500, 750, 1000, 1500, 2000, 3000, 4000, 5000, 7500, 10_000, 15_000,
  20_000, 30_000, 50_000, 75_000, 100_000,
].map((each) => each * MB);

/** The budgets that can be chosen, smallest first; the last is all there can be.
 * @param {number} most bytes */
export function stepsUpTo(most) {
  const steps = STEPS.filter((bytes) => bytes < most);
  return steps.length < STEPS.length ? [...steps, most] : steps;
}

/** The step that is nearest to a budget. @param {number[]} steps @param {number} budget bytes */
export function nearest(steps, budget) {
  const distances = steps.map((bytes) => Math.abs(bytes - budget));
  return distances.indexOf(Math.min(...distances));
}
