/** Runs child processes that end when the task is told to end. */

/** Signals that end a task; Windows knows only the first. */
const SIGNALS: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs `deno` with the arguments and returns its exit code. Signals are passed
 * on, so that the child is never left behind; Ctrl-C reaches it twice, by the
 * terminal and from here.
 */
export async function runDeno(
  args: string[],
  options: Omit<Deno.CommandOptions, "args"> = {},
): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), { ...options, args }).spawn();
  const forward = SIGNALS.map((signal) => ({
    signal,
    pass: () => pass(child, signal),
  }));
  for (const { signal, pass } of forward) Deno.addSignalListener(signal, pass);
  try {
    return (await child.status).code;
  } finally {
    for (const { signal, pass } of forward) {
      Deno.removeSignalListener(signal, pass);
    }
  }
}

function pass(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // It may have ended by itself in the meantime.
    if (
      !(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)
    ) {
      throw error;
    }
  }
}
