/** Turns a page, its layouts and its islands into an HTML document. */
import {
  type AnyComponent,
  type ComponentChildren,
  Fragment,
  type FunctionComponent,
  h,
  isValidElement,
  options as preactOptions,
  toChildArray,
  type VNode,
} from "preact";
import { jsxTemplate } from "preact/jsx-runtime";
import { Signal } from "@preact/signals";
import { stringify } from "npm:devalue@5.9.4";
import { renderToString } from "npm:preact-render-to-string@6.8.2";
import type { Context, Wrapping } from "./context.ts";
import { asset, shared } from "./shared.ts";
import { type Island, scriptPath, type Snapshot } from "./snapshot.ts";

// deno-lint-ignore no-explicit-any
type AnyVNode = VNode<any>;
// deno-lint-ignore no-explicit-any
type AnyContext = Context<any>;

/** The nonce of each rendered response, for `csp()`. */
export const nonces = new WeakMap<Response, string>();

/** The document being rendered; rendering never awaits, so one is enough. */
interface Rendering {
  ctx: AnyContext;
  snapshot: Snapshot;
  nonce: string;
  islands: Set<Island>;
  props: unknown[];
  /** How many islands the rendering is inside of. */
  depth: number;
  head: AnyVNode[];
  seen: Set<unknown>;
}
let current: Rendering | null = null;

/** Calls the component with what pages get; waits for it where it is async. */
export async function renderComponent(
  ctx: AnyContext,
  // deno-lint-ignore no-explicit-any
  component: AnyComponent<any>,
  Component: FunctionComponent,
  data?: unknown,
): Promise<AnyVNode | Response> {
  const { config, error, info, isPartial, params, req, route, state, url } =
    ctx;
  // deno-fmt-ignore
  const props = { config, error, info, isPartial, params, req, route, state, url, Component, data };
  if (component.constructor.name !== "AsyncFunction") {
    return h(component, props);
  }
  return await (component as (props: unknown) => Promise<AnyVNode>)(props);
}

/** The response that holds the page inside its layouts and `_app`. */
export async function renderDocument(
  ctx: AnyContext,
  snapshot: Snapshot,
  page: AnyVNode | null,
  init: ResponseInit,
  { app, layouts }: Wrapping,
): Promise<Response> {
  for (const layout of layouts.toReversed()) {
    const child = page;
    const wrapped = await renderComponent(ctx, layout, () => child);
    if (wrapped instanceof Response) return wrapped;
    page = wrapped;
  }
  let inner: AnyVNode | null = null;
  const outer = app && await renderComponent(ctx, app, () => inner);
  if (outer instanceof Response) return outer;

  const rendering: Rendering = {
    ctx,
    snapshot,
    nonce: crypto.randomUUID().replaceAll("-", ""),
    islands: new Set(),
    props: [],
    depth: 0,
    head: [],
    seen: new Set(),
  };
  const html = within(rendering, () => {
    // The page comes first: what it puts in `<head>` must be known there.
    inner = jsxTemplate([
      renderToString(page ?? h(Fragment, null)),
    ]) as AnyVNode;
    const document = outer ? renderToString(outer) : null;
    return complete(
      rendering,
      document === null ? inner : jsxTemplate([document]) as AnyVNode,
    );
  });
  const response = new Response(`<!DOCTYPE html>${html}`, {
    ...init,
    headers: headersFor(rendering, init),
  });
  nonces.set(response, rendering.nonce);
  return response;
}

function within(rendering: Rendering, render: () => string): string {
  current = rendering;
  shared.collectHead = (children) => rendering.head.push(...elements(children));
  try {
    return render();
  } finally {
    current = null;
    shared.collectHead = null;
  }
}

/** Adds what is missing of html, head and body. */
function complete({ seen }: Rendering, content: AnyVNode): string {
  if (!seen.has("body")) content = h("body", null, content);
  if (!seen.has("head")) {
    const head = h("head", null, h("meta", { charset: "utf-8" }));
    content = h(Fragment, null, head, content);
  }
  return renderToString(seen.has("html") ? content : h("html", null, content));
}

function headersFor(
  { islands, snapshot }: Rendering,
  init: ResponseInit,
): Headers {
  const headers = new Headers(init.headers);
  headers.set("Content-Type", "text/html; charset=utf-8");
  if (islands.size === 0) return headers;
  const scripts = [
    clientScript(snapshot),
    ...[...islands].map(({ file }) => file),
  ];
  const links = scripts.map((file) =>
    `<${encodeURI(file)}>; rel="modulepreload"; as="script"`
  );
  headers.append("Link", links.join(", "));
  return headers;
}

const clientScript = ({ buildId }: Snapshot) =>
  `${scriptPath(buildId)}fresh-runtime.js`;

/** Preact's hooks by the names it keeps stable for its own add-ons. */
const options = preactOptions as unknown as Record<
  "vnode" | "__b" | "diffed",
  ((vnode: AnyVNode) => void) | undefined
>;
const previous = { ...options };
const patched = new WeakSet<VNode>();

options.vnode = (vnode) => {
  if (current !== null) decorate(current, vnode);
  previous.vnode?.(vnode);
};

options.__b = (vnode) => {
  if (current !== null) enter(current, vnode);
  previous.__b?.(vnode);
};

options.diffed = (vnode) => {
  if (current !== null && patched.has(vnode)) current.depth--;
  previous.diffed?.(vnode);
};

function decorate(rendering: Rendering, { type, props }: AnyVNode): void {
  if (type === "a") markActive(props, rendering.ctx.url);
  if (type === "script" || type === "style") props.nonce ||= rendering.nonce;
  if (type === "body") props.children = [props.children, h(Scripts, null)];
  if (type !== "img" && type !== "source") return;
  if (typeof props.src === "string") props.src = asset(props.src);
}

/** Links to the page itself or to a page above it say so. */
function markActive(props: Record<string, unknown>, url: URL): void {
  const { href } = props;
  if (typeof href !== "string" || !href.startsWith("/")) return;
  if (props["aria-current"] !== undefined) return;
  const target = new URL(href, url);
  const [here, there] = [url, target].map(({ pathname }) =>
    pathname.replace(/(?<=.)\/$/, "")
  );
  const isSame = here === there &&
    (!target.search || target.search === url.search);
  if (isSame) {
    Object.assign(props, { "data-current": "true", "aria-current": "page" });
  } else if (here === there || there === "/" || here!.startsWith(`${there}/`)) {
    Object.assign(props, { "data-ancestor": "true", "aria-current": "true" });
  }
}

function enter(rendering: Rendering, vnode: AnyVNode): void {
  const { type, props } = vnode;
  if (typeof type === "string") rendering.seen.add(type);
  if (type === "head") props.children = mergeHead(rendering, props.children);
  if (patched.has(vnode)) rendering.depth++;
  else if (rendering.depth === 0) markIsland(rendering, vnode);
}

/** Signals pass for elements, so that text can be a signal. */
const isJsx = (value: unknown) =>
  isValidElement(value) && !(value instanceof Signal);

/** Puts the island between markers, where the browser brings it to life. */
function markIsland(rendering: Rendering, vnode: AnyVNode): void {
  const island = rendering.snapshot.islands.get(vnode.type);
  if (island === undefined) return;
  const component = vnode.type as FunctionComponent<Record<string, unknown>>;
  vnode.type = ((props: Record<string, unknown>) => {
    if (Object.values(props).some(isJsx)) {
      throw new Error(
        `Island ${island.name} was passed JSX: pass data instead`,
      );
    }
    rendering.islands.add(island);
    const index = rendering.props.push(props) - 1;
    const child = h(component, props);
    patched.add(child);
    const marker = `frsh:island:${island.name}:${index}:`;
    return h(Fragment, null, comment(marker), child, comment("/frsh:island"));
  }) as FunctionComponent;
}

const comment = (text: string) =>
  h(Fragment, { UNSTABLE_comment: text } as Record<string, unknown>);

const elements = (children: ComponentChildren) =>
  toChildArray(children).filter((child): child is AnyVNode =>
    isValidElement(child)
  );

/** The head's own elements, replaced by what pages collected under the same key. */
function mergeHead(
  rendering: Rendering,
  children: ComponentChildren,
): ComponentChildren {
  const collected = new Map(
    rendering.head.map((vnode) => [headKey(vnode), vnode]),
  );
  const own = toChildArray(children).map((child) => {
    if (!isValidElement(child)) return child;
    const key = headKey(child as AnyVNode);
    const replacement = collected.get(key);
    collected.delete(key);
    return replacement ?? child;
  });
  return [...own, ...collected.values()];
}

function headKey({ key, type, props }: AnyVNode): string {
  if (key !== null && key !== undefined) return String(key);
  if (type === "title") return "title";
  const { children: _c, content: _t, href: _h, nonce: _n, ...rest } = props;
  return `${type} ${JSON.stringify(rest)}`;
}

/** The script that starts the islands, at the end of the body. */
function Scripts(): AnyVNode | null {
  const { islands, props, snapshot, nonce } = current!;
  if (islands.size === 0 && !snapshot.development) return null;
  const imports = [...islands].map(({ name, exportName, file }) =>
    `import { ${exportName} as ${name} } from "${file}";`
  ).join("");
  const names = [...islands].map(({ name }) => name).join(",");
  const state = JSON.stringify(stringify(props, {
    Signal: (value) => value instanceof Signal && [value.peek()],
  })).replaceAll("<", "\\u003c");
  const __html = `import { boot } from "${
    clientScript(snapshot)
  }";${imports}boot({${names}},${state});`;
  return h("script", {
    type: "module",
    nonce,
    dangerouslySetInnerHTML: { __html },
  });
}
