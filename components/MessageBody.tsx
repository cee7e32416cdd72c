/** What a message says: running text, links and code, never HTML. */
import type { JSX } from "preact";
import { type Block, parseBody, type Span } from "./body_parser.ts";
import { CodeBlock } from "./CodeBlock.tsx";
import { memo } from "./memo.ts";
import { useTabIndex } from "./tab_stops.ts";

/** The body of a message; parsed again only when it changes. */
export const MessageBody = memo(function MessageBody(
  { body }: { body: string },
): JSX.Element {
  return (
    <div class="body" dir="auto">
      {parseBody(body).map((block, index) => (
        <BlockView key={index} {...block} />
      ))}
    </div>
  );
});

function BlockView(block: Block): JSX.Element {
  if (block.kind === "code") return <CodeBlock {...block} />;
  return (
    <p dir="auto">
      {block.spans.map((span, index) => <SpanView key={index} {...span} />)}
    </p>
  );
}

function SpanView(span: Span): JSX.Element {
  const tabIndex = useTabIndex();
  if (span.kind === "code") return <code>{span.text}</code>;
  if (span.kind === "text") return <>{span.text}</>;
  return (
    <a
      href={span.href}
      target="_blank"
      rel="noopener noreferrer nofollow ugc"
      tabIndex={tabIndex}
    >
      {span.text}
    </a>
  );
}
