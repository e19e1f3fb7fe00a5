/** Loaded first, it sets the clock of a process wrong by CLOCK_SHIFT_MS; what counts since the process began is right. */
const shift = Number(globalThis.process.env.CLOCK_SHIFT_MS ?? 0)
const RightDate = Date

globalThis.Date = class Date extends RightDate {
  constructor(...args) {
    if (args.length === 0) super(RightDate.now() + shift)
    else super(...args)
  }

  static now() {
    return RightDate.now() + shift
  }
}
