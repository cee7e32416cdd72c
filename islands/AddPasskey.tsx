/** Adds a passkey to one's account. */
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { addPasskey } from "../components/account/passkey_client.ts";
import { PasskeyButton } from "../components/account/PasskeyButton.tsx";
import { CodeList } from "../components/account/CodeList.tsx";
import { usePasskey } from "../components/account/use_passkey.ts";
import { Field } from "../components/Field.tsx";
import { Words } from "../components/words.ts";
import { type Locale, type Strings, translator } from "../lib/translate.ts";

/** A name for the passkey and a button; then the recovery codes, if there are new ones. */
export default function AddPasskey(
  { next, locale, strings }: {
    /** Where to go on from one's first, which needs no name; else it is one of a list. */
    next?: string;
    locale: Locale;
    strings: Strings;
  },
): JSX.Element {
  const t = useMemo(() => translator(locale, strings, "UTC"), [locale]);
  const prompt = usePasskey();
  const [codes, setCodes] = useState<string[] | null>(null);
  const add = () =>
    prompt.run(async () => {
      const field = document.getElementById("passkey-name");
      const name = field instanceof HTMLInputElement ? field.value : "";
      const added = await addPasskey(name);
      if (added === null) location.assign(next ?? "/settings/account?saved");
      setCodes(added);
    });
  return (
    <Words.Provider value={t}>
      {codes === null
        ? (
          <form
            class="stack"
            onSubmit={(event) => {
              event.preventDefault();
              void add();
            }}
          >
            {next === undefined && (
              <Field
                id="passkey-name"
                name="passkey_name"
                label={t("account.passkey_name")}
                hint={t("account.passkey_name_hint")}
                error={null}
                value=""
              />
            )}
            <PasskeyButton
              prompt={prompt}
              label={t("account.passkey_add")}
              onClick={add}
            />
          </form>
        )
        : <CodeList codes={codes} next={next} />}
    </Words.Provider>
  );
}
