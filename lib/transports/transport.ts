/** What accepts connections and calls the app: one of two servers. */

/** Answers a request. */
export type Handler = (
  request: Request,
  info: Deno.ServeHandlerInfo<Deno.NetAddr>,
) => Response | Promise<Response>;

/** Where to listen, and what to let in. */
export interface ListenOptions {
  /** 0 for any free one. */
  port: number;
  host: string;
  /** Sockets that an address may have; null where a proxy's connections are everybody's. */
  perAddress: number | null;
}

/** A server that listens. */
export interface Listening {
  port: number;
  /** Answers what was asked and takes nothing more. */
  stop(): Promise<void>;
}

/** The handler, spared what Fresh can't decode: it throws on `/%E0%A4%A`. */
export function readable(handler: Handler): Handler {
  return (request, info) =>
    canBeRead(request.url)
      ? handler(request, info)
      : new Response("This address can't be read\n", { status: 400 });
}

function canBeRead(url: string): boolean {
  try {
    decodeURI(new URL(url).pathname);
    return true;
  } catch {
    return false;
  }
}

/** `::ffff:192.0.2.1` is how IPv6 writes an IPv4 address: what arrives should not depend on it. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=[\d.]+$)/i, "");
}
