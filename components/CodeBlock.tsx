/** A block of code with its language and a button that copies it. */
import type { JSX } from "preact";
import { CopyButton } from "./CopyButton.tsx";
import { useWords } from "./words.ts";

/** Shows code as it was written, left to right whatever the text around. */
export function CodeBlock(
  { language, text }: { language: string; text: string },
): JSX.Element {
  const t = useWords();
  return (
    <div class="code-block" dir="ltr">
      <div class="code-head">
        <span>{language || t("message.code")}</span>
        <CopyButton text={text} label={t("message.copy_code")} />
      </div>
      <pre tabIndex={0}><code>{text}</code></pre>
    </div>
  );
}
