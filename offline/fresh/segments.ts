/** The tree of folders whose middlewares, layouts and error pages apply. */
import type { AnyComponent } from "preact";
import {
  type Context,
  HttpError,
  type LayoutConfig,
  type Middleware,
  wrappings,
} from "./context.ts";
import type { PageResponse, RouteHandler } from "./define.ts";
import { renderComponent } from "./render.ts";

/** A page, its handlers and its settings. */
export interface Route {
  // deno-lint-ignore no-explicit-any
  component?: AnyComponent<any> | undefined;
  // deno-lint-ignore no-explicit-any
  handler?: RouteHandler<any, any> | undefined;
  config?: LayoutConfig | undefined;
}

// deno-lint-ignore no-explicit-any
type AnyMiddleware = Middleware<any>;

/** One folder of routes, or one level of `app.use(path)`. */
export class Segment {
  #children = new Map<string, Segment>();
  middlewares: AnyMiddleware[] = [];
  layout: Route | null = null;
  app: Route | null = null;
  error: Route | null = null;

  /** The root, or a level below the parent. */
  constructor(readonly parent: Segment | null = null) {}

  /** The segment below this one. */
  at(parts: string[]): Segment {
    const [first, ...rest] = parts;
    if (first === undefined) return this;
    const child = this.#children.get(first) ?? new Segment(this);
    this.#children.set(first, child);
    return child.at(rest);
  }

  /** What a request passes on its way here, from the root down. */
  chain(): AnyMiddleware[] {
    const above = this.parent?.chain() ?? [];
    return [...above, this.#enter(), ...this.middlewares];
  }

  /** Puts layout and `_app` around pages and answers errors from below. */
  #enter(): AnyMiddleware {
    const { layout, app, error } = this;
    return async (ctx) => {
      const wrapping = wrappings.get(ctx)!;
      if (app?.component) wrapping.app = app.component;
      if (layout?.config?.skipAppWrapper) wrapping.app = null;
      if (layout?.component) {
        const outer = layout.config?.skipInheritedLayouts
          ? []
          : wrapping.layouts;
        wrapping.layouts = [...outer, layout.component];
      }
      try {
        return await ctx.next();
      } catch (thrown) {
        const status = thrown instanceof HttpError ? thrown.status : 500;
        if (error !== null) return await answer(ctx, error, status);
        throw thrown;
      }
    };
  }
}

/** Runs the middlewares one inside the other, and `last` inside them all. */
export function compose(
  middlewares: AnyMiddleware[],
  // deno-lint-ignore no-explicit-any
): (ctx: Context<any>) => Promise<Response> {
  return (ctx) => {
    const last = ctx.next;
    const run = async (index: number): Promise<Response> => {
      const middleware = middlewares[index];
      if (middleware === undefined) return await last();
      const wrapping = wrappings.get(ctx)!;
      const before = { ...wrapping };
      ctx.next = () => run(index + 1);
      try {
        return await middleware(ctx);
      } catch (error) {
        ctx.error = error;
        throw error;
      } finally {
        Object.assign(wrapping, before);
      }
    };
    return run(0);
  };
}

/** Runs the route's handler, and renders its page unless it answered itself. */
export async function answer(
  // deno-lint-ignore no-explicit-any
  ctx: Context<any>,
  route: Route,
  status = 200,
): Promise<Response> {
  const wrapping = wrappings.get(ctx)!;
  if (route.config?.skipAppWrapper) wrapping.app = null;
  if (route.config?.skipInheritedLayouts) wrapping.layouts = [];

  const handler = handlerFor(route, ctx.req.method);
  if (handler === null) return await ctx.next();
  const result: Response | PageResponse<unknown> = await handler(ctx);
  if (result instanceof Response) return result;

  const vnode = route.component === undefined
    ? null
    : await renderComponent(ctx, route.component, () => null, result.data);
  if (vnode instanceof Response) return vnode;
  const headers = new Headers(result.headers);
  return await ctx.render(vnode, { headers, status: result.status ?? status });
}

function handlerFor({ handler, component }: Route, method: string) {
  if (typeof handler === "function") return handler;
  const render = component && (() => ({ data: {} }));
  if (handler === undefined) return render ?? null;
  const get = handler.GET ?? render;
  if (method === "GET" || method === "HEAD") {
    return (method === "HEAD" ? handler.HEAD : undefined) ?? get ?? null;
  }
  return handler[method as keyof typeof handler] ?? null;
}
