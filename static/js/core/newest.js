/** The newest of what is asked for, one at a time: a slider or a camera asks faster than is answered. */

export class Newest {
  constructor() {
    this.busy = false;
    /** @type {(() => Promise<unknown>) | null} */
    this.next = null;
  }

  /**
   * Does the work now, or once what runs has ended; of several that wait, the last one alone.
   * @param {() => Promise<unknown>} work which tells of its own errors
   */
  async run(work) {
    this.next = work;
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.next) {
        const now = this.next;
        this.next = null;
        await now();
      }
    } finally {
      this.busy = false;
    }
  }

  /** Leaves out what waits. */
  clear() {
    this.next = null;
  }
}
