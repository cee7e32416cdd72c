/** A block of code with its language and a button that copies it. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { CopyButton } from "./CopyButton.tsx";
import { useInReach } from "./tab_stops.ts";
import { useWords } from "./words.ts";

/** Shows code as it was written, left to right whatever the text around. */
export function CodeBlock(
  { language, text }: { language: string; text: string },
): JSX.Element {
  const t = useWords();
  const inReach = useInReach();
  const box = useRef<HTMLPreElement>(null);
  const [wide, setWide] = useState(false);
  // What scrolls sideways is a stop of its own, always: else no key scrolls it.
  useLayoutEffect(() => {
    const { scrollWidth, clientWidth } = box.current!;
    setWide(scrollWidth > clientWidth);
  }, [text]);
  return (
    <div class="code-block" dir="ltr">
      <div class="code-head">
        <span>{language || t("message.code")}</span>
        <CopyButton text={text} label={t("message.copy_code")} />
      </div>
      <pre
        ref={box}
        tabIndex={inReach || wide ? 0 : -1}
      ><code>{text}</code></pre>
    </div>
  );
}
