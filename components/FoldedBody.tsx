/** A long message shows its beginning until one asks for the rest. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { MessageBody, type MessageBodyProps } from "./MessageBody.tsx";
import { useTabIndex } from "./tab_stops.ts";
import { useWords } from "./words.ts";

const LONG_LENGTH = 1_400;
const LONG_LINES = 24;

/** The body, folded when it is long; `hold` keeps its top in place on screen. */
export function FoldedBody(
  { body, mentions, hold }: MessageBodyProps & {
    hold: (element: Element) => void;
  },
): JSX.Element {
  const t = useWords();
  const tabIndex = useTabIndex();
  const box = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const text = <MessageBody body={body} mentions={mentions} />;
  if (!isLong(body)) return text;
  const toggle = () => {
    if (box.current !== null) hold(box.current);
    setOpen(!open);
  };
  return (
    <div ref={box} class={open ? "fold" : "fold folded"}>
      {text}
      <button
        type="button"
        class="link-button needs-script"
        tabIndex={tabIndex}
        aria-expanded={open ? "true" : "false"}
        onClick={toggle}
      >
        {t(open ? "message.fold" : "message.unfold")}
      </button>
    </div>
  );
}

/** Whether a message takes so much room that it is folded. */
export function isLong(body: string): boolean {
  return body.length > LONG_LENGTH || body.split("\n").length > LONG_LINES;
}
