/** Recovery codes, which are shown this one time. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { CopyButton } from "../CopyButton.tsx";
import { useWords } from "../words.ts";

/** The codes with ways to keep them; without scripts they can be written down. */
export function CodeList(
  { codes, next = "/settings/account" }: {
    codes: string[];
    /** Where to go on once they are kept. */
    next?: string | undefined;
  },
): JSX.Element {
  const t = useWords();
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const text = `${codes.join("\n")}\n`;
  return (
    <section class="card codes" aria-labelledby="new-codes">
      <h2 id="new-codes" ref={title} tabIndex={-1}>
        {t("account.codes_title")}
      </h2>
      <p>{t("account.codes_keep")}</p>
      <ul class="code-list" aria-label={t("account.codes")}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div class="row needs-script">
        <CopyButton text={text} label={t("account.codes_copy")} />
        <button type="button" class="button" onClick={() => download(text)}>
          {t("account.codes_download")}
        </button>
        <button type="button" class="button" onClick={() => print()}>
          {t("account.codes_print")}
        </button>
      </div>
      <a class="button primary" href={next}>
        {t("account.codes_done")}
      </a>
    </section>
  );
}

function download(text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = "atoll-recovery-codes.txt";
  link.click();
  URL.revokeObjectURL(link.href);
}
