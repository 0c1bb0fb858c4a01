// Weeks as ISO 8601 numbers them: they begin on Monday, and the first has the year's first Thursday.

const DAY = 86_400_000; // milliseconds

/** The week of a day where the device is, like "2026-W47"; as text they stand in order.
 * @param {Date} day */
export function weekOf(day) {
  const noon = Date.UTC(day.getFullYear(), day.getMonth(), day.getDate(), 12);
  const thursday = new Date(noon + (3 - ((day.getDay() + 6) % 7)) * DAY);
  const year = thursday.getUTCFullYear();
  const number = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1, 12)) / (7 * DAY));
  return `${year}-W${String(number).padStart(2, "0")}`;
}
