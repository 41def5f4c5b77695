/**
 * The panel of query, key and value, which comes when somebody opens it.
 * Throws an Error with a sentence for the page where its script does not arrive.
 */
export async function loadSteps() {
  try {
    return await import("./steps.js");
  } catch {
    throw new Error(
      "Query, key and value cannot be opened: their script did not arrive. Load the page again.",
    );
  }
}
