/** Runs one passkey prompt at a time and keeps what went wrong. */
import { useEffect, useState } from "preact/hooks";
import type { ErrorCode } from "../../lib/protocol.ts";
import { canUsePasskeys, PasskeyError } from "./passkey_client.ts";

/** What a button for passkeys shows. */
export interface PasskeyPrompt {
  /** Null until the page lives. */
  usable: boolean | null;
  busy: boolean;
  error: ErrorCode | null;
  run(act: () => Promise<void>): Promise<void>;
}

/** The state of a button for passkeys. */
export function usePasskey(): PasskeyPrompt {
  const [usable, setUsable] = useState<boolean | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorCode | null>(null);
  useEffect(() => setUsable(canUsePasskeys()), []);
  const run = async (act: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await act();
    } catch (problem) {
      setError(
        problem instanceof PasskeyError ? problem.code : "passkey_failed",
      );
    }
    setBusy(false);
  };
  return { usable, busy, error, run };
}
