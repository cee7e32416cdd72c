/** Log lines: start, stop and errors, with nothing private in them. */

/** Writes one line with the time. */
export function log(text: string): void {
  console.log(`${new Date().toISOString()} ${text}`);
}

/** An error as it stands in the log. */
export interface LoggedError {
  /** Milliseconds since 1970. */
  at: number;
  /** Its first line. */
  text: string;
}

let last: LoggedError | null = null;

/** The newest error since the start, or null. */
export function lastError(): LoggedError | null {
  return last;
}

/** Writes an error with the stack of where it came from. */
export function logError(error: unknown): void {
  const text = error instanceof Error ? error.stack ?? error.message : error;
  last = { at: Date.now(), text: String(text).split("\n")[0]! };
  console.error(`${new Date().toISOString()} error: ${text}`);
}
