/** What was drawn last, so that a part is not drawn again for what has not changed. */

export class Drawn {
  constructor() {
    /** @type {unknown[]} */
    this.last = [];
  }

  /**
   * Whether it was drawn of just these values, which are remembered.
   * @param {...unknown} values
   */
  of(...values) {
    const { last } = this;
    this.last = values;
    return last.length === values.length && values.every((value, i) => Object.is(value, last[i]));
  }
}
