/** A wish for older messages, shared by all who have it. */

/** Kept until the page arrived, whatever happens to the connection. */
export class OlderPages {
  /** Settles when the page was applied, or can't be had. */
  readonly promise: Promise<void>;
  /** Ref of the request under way, or null. */
  ref: number | null = null;
  /** Before which seq the request asked. */
  before = 0;
  /** How many answers could not be used. */
  tries = 0;
  /** The page was applied, or nobody waits for it any more. */
  resolve: () => void = () => {};
  /** The page can't be had. */
  reject: (error: Error) => void = () => {};

  /** Starts to wait. */
  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}
