/** Runs child processes that end when the task is told to end. */

/** Signals that end a task; Windows knows only the first. */
const SIGNALS: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** What a child that was told to end gets, in milliseconds, until it is killed. */
const GRACE = 10_000;

/**
 * Runs `deno` with the arguments and returns its exit code. Signals are passed
 * on, so that the child is never left behind; Ctrl-C reaches it twice, by the
 * terminal and from here. With `onText` its output goes there.
 */
export async function runDeno(
  args: string[],
  options: Omit<Deno.CommandOptions, "args"> = {},
  onText?: (text: string) => void,
): Promise<number> {
  const outputs = onText && { stdout: "piped", stderr: "piped" } as const;
  const command = { ...options, ...outputs, args };
  const child = new Deno.Command(Deno.execPath(), command).spawn();
  const reading = onText &&
    [child.stdout, child.stderr].map((stream) => read(stream, onText));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listeners = SIGNALS.map((signal) => {
    const listener = () => {
      send(child, signal);
      timer ??= setTimeout(() => send(child, "SIGKILL"), GRACE);
    };
    Deno.addSignalListener(signal, listener);
    return { signal, listener };
  });
  const { code } = await child.status;
  await Promise.all(reading ?? []);
  clearTimeout(timer);
  for (const { signal, listener } of listeners) {
    Deno.removeSignalListener(signal, listener);
  }
  return code;
}

async function read(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onText: (text: string) => void,
): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    onText(text);
  }
}

function send(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // It may have ended by itself in the meantime.
    const hasEnded = error instanceof TypeError ||
      error instanceof Deno.errors.NotFound;
    if (!hasEnded) throw error;
  }
}
