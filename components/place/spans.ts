/** For how long something holds. */

/** Whether a time, in milliseconds since 1970, stands for none. */
export function isForEver(until: number): boolean {
  return until > Date.UTC(9000, 0);
}
