/** Composes the app; importing it opens nothing. */
import { App, csp, staticFiles } from "fresh";
import { type Atoll, openAtoll, type State } from "./lib/app.ts";
import { type Config, readConfig } from "./lib/config.ts";
import { responsePolicy } from "./lib/response_policy.ts";

/** An app whose services are opened by the first request that needs them. */
export function createApp(open: () => Promise<Atoll>): App<State> {
  return new App<State>()
    .use(staticFiles())
    .use(async (ctx) => {
      ctx.state.atoll = await open();
      return await ctx.next();
    })
    .use(responsePolicy)
    // Pictures are shown before they are uploaded, from the page's memory.
    .use(csp({ useNonce: true, csp: ["img-src 'self' data: blob:"] }))
    .fsRoutes();
}

/** The environment's settings, read and checked once. */
export const config: () => Config = once(() => readConfig(Deno.env));

/** The services by these settings, opened once. */
export const atoll: () => Promise<Atoll> = once(() => openAtoll(config()));

/** The app that is built and served. */
export const app: App<State> = createApp(atoll);

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
