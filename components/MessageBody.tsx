/** What a message says: text with its marks, links and code, never HTML. */
import type { JSX } from "preact";
import { useContext, useMemo, useRef } from "preact/hooks";
import type { Person } from "../lib/protocol.ts";
import { ReaderContext } from "./body_context.ts";
import { parseBody } from "./body_parser.ts";
import type { Block, Inline, ListItem, TableCell } from "./body_tree.ts";
import { CodeBlock } from "./CodeBlock.tsx";
import { memo } from "./memo.ts";
import { roomPath } from "./room_path.ts";
import { useTabIndex, useWide } from "./tab_stops.ts";
import { useWords } from "./words.ts";

/** Where nobody is mentioned: one value, so that nothing renders again for it. */
const NOBODY: readonly Person[] = [];

/** What a message's text shows. */
export interface MessageBodyProps {
  body: string;
  /** Whom it mentions. */
  mentions?: readonly Person[] | undefined;
}

/** The body of a message; parsed again only when it changes. */
export const MessageBody = memo(function MessageBody(
  { body, mentions = NOBODY }: MessageBodyProps,
): JSX.Element {
  const { rooms } = useContext(ReaderContext);
  const blocks = useMemo(() => parseBody(body, { mentions, rooms }), [
    body,
    mentions,
    rooms,
  ]);
  return (
    <div class="body" dir="auto">
      <Blocks blocks={blocks} />
    </div>
  );
});

function Blocks({ blocks }: { blocks: readonly Block[] }): JSX.Element {
  return (
    <>
      {blocks.map((block, index) => <BlockView key={index} block={block} />)}
    </>
  );
}

function BlockView({ block }: { block: Block }): JSX.Element {
  switch (block.kind) {
    case "code":
      return <CodeBlock language={block.language} text={block.text} />;
    case "quote":
      return (
        <blockquote dir="auto">
          <Blocks blocks={block.blocks} />
        </blockquote>
      );
    case "list":
      return <List items={block.items} />;
    case "table":
      return <Table {...block} />;
    case "heading":
      return (
        <p class="heading" dir="auto">
          <Inlines nodes={block.children} />
        </p>
      );
    case "text":
      return (
        <p dir="auto">
          <Inlines nodes={block.children} />
        </p>
      );
  }
}

/** A list with the numbers that were written. */
function List({ items }: { items: readonly ListItem[] }): JSX.Element {
  const children = items.map(({ value, blocks }, index) => (
    <li key={index} value={value} dir="auto">
      <Blocks blocks={blocks} />
    </li>
  ));
  return items[0]?.value === undefined
    ? <ul>{children}</ul>
    : <ol>{children}</ol>;
}

/** A table, which scrolls sideways where it is wider than the message. */
function Table(
  { sides, rows: all }: Extract<Block, { kind: "table" }>,
): JSX.Element {
  const t = useWords();
  const box = useRef<HTMLDivElement>(null);
  const wide = useWide(box, all);
  const [head = [], ...rows] = all;
  const missing = (cells: readonly TableCell[]) => sides.length - cells.length;
  return (
    <div
      ref={box}
      class="table-box"
      dir="auto"
      role="group"
      aria-label={t("message.table")}
      tabIndex={wide ? 0 : undefined}
    >
      <table>
        <thead>
          <tr>
            {head.map(({ children }, index) => (
              <th key={index} scope="col" dir="auto" class={sides[index]}>
                <Inlines nodes={children} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, index) => (
            <tr key={index}>
              {cells.map(({ children }, index) => (
                <td key={index} dir="auto" class={sides[index]}>
                  <Inlines nodes={children} />
                </td>
              ))}
              {missing(cells) > 0 && <td colSpan={missing(cells)} />}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Inlines({ nodes }: { nodes: readonly Inline[] }): JSX.Element {
  return (
    <>
      {nodes.map((node, index) => <InlineView key={index} node={node} />)}
    </>
  );
}

function InlineView({ node }: { node: Inline }): JSX.Element {
  switch (node.kind) {
    case "text":
      return <>{node.text}</>;
    case "code":
      return <code>{node.text}</code>;
    case "strong":
      return (
        <strong>
          <Inlines nodes={node.children} />
        </strong>
      );
    case "emphasis":
      return (
        <em>
          <Inlines nodes={node.children} />
        </em>
      );
    case "strike":
      return (
        <del>
          <Inlines nodes={node.children} />
        </del>
      );
    case "link":
      return <Link {...node} />;
    case "mention":
      return <Mention {...node} />;
    case "room":
      return <RoomLink {...node} />;
  }
}

function Link(
  { href, title, children }: Extract<Inline, { kind: "link" }>,
): JSX.Element {
  return (
    <a
      href={href}
      title={title}
      target="_blank"
      rel="noopener noreferrer nofollow ugc"
      tabIndex={useTabIndex()}
    >
      <Inlines nodes={children} />
    </a>
  );
}

function Mention(
  { person, text }: Extract<Inline, { kind: "mention" }>,
): JSX.Element {
  const { me } = useContext(ReaderContext);
  const isMine = person === "here" || person === me;
  return <span class={isMine ? "mention own" : "mention"}>{text}</span>;
}

function RoomLink(
  { slug, name }: Extract<Inline, { kind: "room" }>,
): JSX.Element {
  return (
    <a class="room-mention" href={roomPath(slug)} tabIndex={useTabIndex()}>
      <bdi>{`#${name}`}</bdi>
    </a>
  );
}
