/** Brings islands to life in the browser. */
import { type ComponentType, h, render } from "preact";
import { signal } from "@preact/signals";
import { parse } from "npm:devalue@5.9.4";

declare const FRESH_DEVELOPMENT: boolean;

/** Renders each island into the range between its markers. */
export function boot(
  islands: Record<string, ComponentType>,
  serializedProps: string,
): void {
  const props: Record<string, unknown>[] = parse(serializedProps, {
    Signal: ([value]: [unknown]) => signal(value),
  });
  for (const { name, index, start, end } of findRanges()) {
    const vnode = h(islands[name]!, props[index]!);
    // One task each, so that a large island doesn't hold back the others.
    setTimeout(() => render(vnode, rangeAsParent(start, end)));
  }
}

interface Range {
  name: string;
  index: number;
  start: Comment;
  end: Comment;
}

function findRanges(): Range[] {
  const comments = document.createTreeWalker(
    document.body,
    NodeFilter.SHOW_COMMENT,
  );
  const ranges: Range[] = [];
  let open: Omit<Range, "end"> | null = null;
  while (comments.nextNode()) {
    const node = comments.currentNode as Comment;
    const [, name, index] = /^frsh:island:([^:]+):(\d+):/.exec(node.data) ?? [];
    if (name) open = { name, index: Number(index), start: node };
    else if (node.data === "/frsh:island" && open) {
      ranges.push({ ...open, end: node });
      open = null;
    }
  }
  return ranges;
}

/** What Preact needs of a parent element, limited to the range. */
function rangeAsParent(start: Comment, end: Comment): Element {
  const parent = start.parentElement!;
  const root = {
    nodeType: Node.ELEMENT_NODE,
    parentNode: parent,
    ownerDocument: document,
    namespaceURI: parent.namespaceURI,
    get childNodes() {
      const nodes: ChildNode[] = [];
      for (
        let node = start.nextSibling;
        node && node !== end;
        node = node.nextSibling
      ) {
        nodes.push(node);
      }
      return nodes;
    },
    get firstChild() {
      return this.childNodes[0] ?? null;
    },
    insertBefore: (node: Node, before: Node | null) =>
      parent.insertBefore(node, before ?? end),
    appendChild: (node: Node) => parent.insertBefore(node, end),
    removeChild: (node: Node) => parent.removeChild(node),
    contains: (node: Node | null) => parent.contains(node),
  };
  return root as unknown as Element;
}

/** Reloads the page once a restarted server answers. */
function reloadOnRestart(known?: string): void {
  const socket = new WebSocket(
    new URL("/_frsh/alive", location.href.replace(/^http/, "ws")),
  );
  socket.onmessage = ({ data }) => {
    if (known !== undefined && known !== data) location.reload();
    known = data;
  };
  socket.onclose = () => setTimeout(() => reloadOnRestart(known), 300);
}

if (FRESH_DEVELOPMENT) reloadOnRestart();

// Fresh makes the entry that a page came by its own, where the page leaves it
// empty, and loads the page anew on the way back to it.
if (!history.state) history.replaceState({ fClientNav: true }, "");
addEventListener("popstate", ({ state }) => {
  if (state?.fClientNav) location.reload();
});
