/** What a request carries through middlewares, handlers and pages. */
import {
  type AnyComponent,
  type FunctionComponent,
  isValidElement,
  type VNode,
} from "preact";
import { renderDocument } from "./render.ts";
import type { Snapshot } from "./snapshot.ts";

// deno-fmt-ignore
type ErrorStatus =
  | 400 | 401 | 402 | 403 | 404 | 405 | 406 | 407 | 408 | 409 | 410 | 411 | 412
  | 413 | 414 | 415 | 416 | 417 | 418 | 421 | 422 | 423 | 424 | 425 | 426 | 428
  | 429 | 431 | 451 | 500 | 501 | 502 | 503 | 504 | 505 | 506 | 507 | 508 | 510
  | 511;

/** An error that is answered with its HTTP status. */
export class HttpError extends Error {
  override name = "HttpError";

  /** An error with the status, and a message people may read. */
  constructor(
    /** The HTTP status. */
    public status: ErrorStatus,
    message?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The app's settings. */
export interface ResolvedFreshConfig {
  /** The folder of the project. */
  root: string;
  /** Where the app is mounted; always the root here. */
  basePath: string;
  /** Development turns caching of static files off. */
  mode: "development" | "production";
}

/** Which of the wrapping components a page or layout leaves out. */
export interface LayoutConfig {
  /** Leave out the layouts of the folders above. */
  skipInheritedLayouts?: boolean;
  /** Leave out `_app`. */
  skipAppWrapper?: boolean;
}

/** A function each request passes on its way to a route. */
export type Middleware<State> = (
  ctx: Context<State>,
) => Response | Promise<Response>;

/** What a page, layout or `_app` component is given. */
export type PageProps<Data = unknown, State = unknown> =
  & Pick<
    Context<State>,
    | "config"
    | "url"
    | "req"
    | "params"
    | "info"
    | "state"
    | "isPartial"
    | "Component"
    | "error"
    | "route"
  >
  & { data: Data };

// deno-lint-ignore no-explicit-any
type RouteComponent = AnyComponent<PageProps<any, any>>;

/** The components that wrap a page at some point of the chain. */
export interface Wrapping {
  /** `_app`. */
  app: RouteComponent | null;
  /** Layouts, the outermost first. */
  layouts: RouteComponent[];
}

/** The wrapping components of each request, kept out of the public context. */
export const wrappings = new WeakMap<object, Wrapping>();

/** The build that answers a request, for `staticFiles()`. */
// deno-lint-ignore no-explicit-any
export let snapshotOf: (ctx: Context<any>) => Snapshot;

/** One request on its way through the app. */
export class Context<State> {
  /** What middlewares share with everything after them. */
  readonly state: State = {} as State;
  /** What the handler gave the page. */
  data: unknown = undefined;
  /** What was thrown, in error pages and middlewares that catch. */
  error: unknown | null = null;
  /** Whether only a part of the page was asked for; never here. */
  readonly isPartial = false;
  /** The page inside a layout or `_app`. */
  Component!: FunctionComponent;
  /** Runs the next middleware or the route. */
  next!: () => Promise<Response>;
  readonly req!: Request;
  readonly url!: URL;
  readonly info!: Deno.ServeHandlerInfo;
  /** The pattern that matched. */
  readonly route!: string | null;
  /** The values of the pattern's parameters. */
  readonly params!: Record<string, string>;
  readonly config!: ResolvedFreshConfig;
  #snapshot: Snapshot;

  static {
    snapshotOf = (ctx) => ctx.#snapshot;
  }

  /** Made by the app for each request. */
  constructor(
    request: Pick<
      Context<State>,
      "req" | "url" | "info" | "route" | "params" | "config"
    >,
    snapshot: Snapshot,
  ) {
    Object.assign(this, request);
    this.#snapshot = snapshot;
    wrappings.set(this, { app: null, layouts: [] });
  }

  /** A redirect; a path never leads to another host. */
  redirect(pathOrUrl: string, status = 302): Response {
    const [, path = "", rest = ""] = /^([^?#]*)(.*)$/s.exec(pathOrUrl) ?? [];
    const location = path.startsWith("/") ? path.replace(/\/+/g, "/") : path;
    const headers = { location: location + rest };
    return new Response(null, { status, headers });
  }

  /** A page made of the element, its layouts and `_app`. */
  async render(
    // deno-lint-ignore no-explicit-any
    vnode: VNode<any> | null,
    init: ResponseInit = {},
    config: LayoutConfig = {},
  ): Promise<Response> {
    if (vnode !== null && !isValidElement(vnode)) {
      throw new Error("Non-JSX element passed to: ctx.render()");
    }
    const { app, layouts } = wrappings.get(this)!;
    return await renderDocument(this, this.#snapshot, vnode, init, {
      app: config.skipAppWrapper ? null : app,
      layouts: config.skipInheritedLayouts ? [] : layouts,
    });
  }
}
