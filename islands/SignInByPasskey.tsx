/** Signs in with a passkey, by a button or from the text box of the name. */
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import {
  canAutofill,
  signInByPasskey,
} from "../components/account/passkey_client.ts";
import { PasskeyButton } from "../components/account/PasskeyButton.tsx";
import { usePasskey } from "../components/account/use_passkey.ts";
import { Words } from "../components/words.ts";
import { type Locale, type Strings, translator } from "../lib/translate.ts";

/** A button; `next` is the path that follows. */
export default function SignInByPasskey(
  { locale, strings, next }: {
    locale: Locale;
    strings: Strings;
    next: string;
  },
): JSX.Element {
  const t = useMemo(() => translator(locale, strings, "UTC"), [locale]);
  const prompt = usePasskey();
  const signIn = async (autofill: boolean) => {
    await signInByPasskey(autofill);
    location.assign(next);
  };
  useEffect(() => {
    const offer = async () => {
      if (await canAutofill()) await signIn(true);
    };
    // Nobody asked for this one, so nobody is told that it failed.
    offer().catch(() => {});
  }, []);
  return (
    <Words.Provider value={t}>
      <PasskeyButton
        prompt={prompt}
        label={t("login.passkey")}
        onClick={() => prompt.run(() => signIn(false))}
      />
    </Words.Provider>
  );
}
