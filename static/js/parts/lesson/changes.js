/** What changes while a part is shown: of several choices in quick succession the newest, one at a time. */

import { Newest } from "../../core/newest.js";

/**
 * @param {Pick<import("../reader/partreader.js").PartReader, "failed">} reader hears what went wrong
 * @returns {(work: () => Promise<unknown>) => Promise<void>}
 */
export function changes(reader) {
  const newest = new Newest();
  return (work) => newest.run(() => work().catch((error) => reader.failed(error)));
}
