/** Proves by a passkey who is sitting here. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { proveByPasskey } from "../components/account/passkey_client.ts";
import { PasskeyButton } from "../components/account/PasskeyButton.tsx";
import { usePasskey } from "../components/account/use_passkey.ts";
import { Words } from "../components/words.ts";
import { type Locale, type Strings, translator } from "../lib/translate.ts";

/** A button; afterwards the page is loaded as it is then. */
export default function ConfirmByPasskey(
  { locale, strings }: { locale: Locale; strings: Strings },
): JSX.Element {
  const t = useMemo(() => translator(locale, strings, "UTC"), [locale]);
  const prompt = usePasskey();
  const confirm = () =>
    prompt.run(async () => {
      await proveByPasskey();
      location.assign("/settings/account");
    });
  return (
    <Words.Provider value={t}>
      <PasskeyButton
        prompt={prompt}
        label={t("account.confirm_passkey")}
        onClick={confirm}
      />
    </Words.Provider>
  );
}
