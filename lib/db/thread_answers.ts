/** A database thread's own side: it handles one call after another. */
import { Refusal } from "../errors.ts";
import type { ThreadAnswer, ThreadRequest } from "./thread_protocol.ts";

/**
 * Answers each call by `run`; after a failure that is no refusal, `disconnect`
 * comes before the answer, so that the next call starts anew.
 */
export function answerCalls<Call>(
  run: (call: Call) => Promise<unknown>,
  disconnect: () => Promise<void>,
): void {
  let busy: Promise<void> = Promise.resolve();
  self.onmessage = ({ data }: MessageEvent<ThreadRequest<Call>>) => {
    busy = busy.then(async () =>
      self.postMessage(await answer(data, run, disconnect))
    );
  };
}

async function answer<Call>(
  request: ThreadRequest<Call>,
  run: (call: Call) => Promise<unknown>,
  disconnect: () => Promise<void>,
): Promise<ThreadAnswer> {
  const { ref } = request;
  try {
    return { ref, result: await run(request) };
  } catch (error) {
    if (error instanceof Refusal) {
      const { code, wait } = error;
      return { ref, refused: { code, ...wait !== undefined && { wait } } };
    }
    await disconnect();
    return { ref, broken: describe(error) };
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return typeof code === "string"
    ? `${error.message} (${code})`
    : error.message;
}
