/** Log lines: start, stop and errors, with nothing private in them. */

/** Writes one line with the time. */
export function log(text: string): void {
  console.log(`${new Date().toISOString()} ${text}`);
}

/** Writes an error with the stack of where it came from. */
export function logError(error: unknown): void {
  const text = error instanceof Error ? error.stack ?? error.message : error;
  console.error(`${new Date().toISOString()} error: ${text}`);
}
