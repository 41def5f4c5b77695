const FORMULA = /^[=+\-@\t\r＝＋－＠]/; // what a spreadsheet would run (OWASP, CSV injection)

/**
 * Rows as CSV (RFC 4180). A text that begins like a formula has ' before it, so that a spreadsheet
 * shows it; numbers are left as they are.
 * @param {(string | number | null)[][]} rows
 */
export function csvOf(rows) {
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** @param {string | number | null} value */
function cell(value) {
  const given = value === null ? "" : String(value);
  const text = typeof value === "string" && FORMULA.test(value) ? `'${value}` : given;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
