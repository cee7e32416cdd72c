/** A block of code with its language and a button that copies it. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { CodePart } from "./code/highlight.ts";
import { languageOf } from "./code/languages.ts";
import { CopyButton } from "./CopyButton.tsx";
import { useInReach, useWide } from "./tab_stops.ts";
import { useWords } from "./words.ts";

/** Shows code as it was written, left to right whatever the text around. */
export function CodeBlock(
  { language, text }: { language: string; text: string },
): JSX.Element {
  const t = useWords();
  const inReach = useInReach();
  const box = useRef<HTMLPreElement>(null);
  const parts = useParts(language, text);
  const wide = useWide(box, text);
  return (
    <div class="code-block" dir="ltr">
      <div class="code-head">
        <span>{language || t("message.code")}</span>
        <CopyButton text={text} label={t("message.copy_code")} />
      </div>
      <pre ref={box} tabIndex={inReach || wide ? 0 : -1}><code>{
        parts?.map((part, index) => <Part key={index} {...part} />) ?? text
      }</code></pre>
    </div>
  );
}

function Part({ kind, text }: CodePart): JSX.Element {
  return kind === null
    ? <>{text}</>
    : <span class={`code-${kind}`}>{text}</span>;
}

/** The coloured parts, once what tells them apart is loaded. */
function useParts(language: string, text: string): CodePart[] | null {
  const known = languageOf(language);
  const [parts, setParts] = useState<CodePart[] | null>(null);
  useEffect(() => {
    setParts(null);
    if (known === undefined) return;
    let wanted = true;
    const load = async () => {
      const { highlight } = await import("./code/highlight.ts");
      // One block a task: a page full of code stays responsive.
      await new Promise((resolve) => setTimeout(resolve));
      if (wanted) setParts(highlight(known, text));
    };
    // Without its colours, code is still there to read.
    load().catch(() => {});
    return () => {
      wanted = false;
    };
  }, [known, text]);
  return parts;
}
