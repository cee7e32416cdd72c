/** A button that asks for a passkey. */
import type { JSX } from "preact";
import { useWords } from "../words.ts";
import type { PasskeyPrompt } from "./use_passkey.ts";

/** The button; where passkeys can't work, why. */
export function PasskeyButton(
  { prompt, label, onClick }: {
    prompt: PasskeyPrompt;
    label: string;
    onClick: () => void;
  },
): JSX.Element {
  const t = useWords();
  if (prompt.usable === false) {
    return <p class="hint">{t("account.passkey_insecure")}</p>;
  }
  return (
    <>
      {prompt.error !== null && (
        <p class="field-error" role="alert">
          {prompt.error === "too_fast"
            ? t("login.too_fast")
            : t.error(prompt.error)}
        </p>
      )}
      <button
        type="button"
        class="button needs-script"
        disabled={prompt.usable === null || prompt.busy}
        onClick={onClick}
      >
        {label}
      </button>
    </>
  );
}
