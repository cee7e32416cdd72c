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

/** The methods for which Fresh has routes. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** The handler, spared what Fresh throws on: `/%E0%A4%A`, and other methods. */
export function readable(handler: Handler): Handler {
  return (request, info) => {
    if (!METHODS.includes(request.method)) {
      const headers = { allow: METHODS.join(", ") };
      return new Response("No such method\n", { status: 405, headers });
    }
    if (!canBeRead(request.url)) {
      return new Response("This address can't be read\n", { status: 400 });
    }
    return handler(request, info);
  };
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
