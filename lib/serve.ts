/** Serves the built app: checks settings, opens the database, listens, stops cleanly. */
import { networkInterfaces } from "node:os";
import { atoll, config } from "../main.ts";
import { ConfigError } from "./config.ts";
import { log, logError } from "./logging.ts";

/** Milliseconds in which a stop must be done: what hosts give before they kill. */
const STOP_TIMEOUT = 4_500;

if (import.meta.main) await serve();

async function serve(): Promise<void> {
  const { port, host, transport, trustProxy, connectionsPerAddress } = orExit(
    config,
  );
  // Loaded while the database is opened, which is half of a start each.
  const pages = import(new URL("../_fresh/server.js", import.meta.url).href);
  pages.catch(() => {});
  const opened = await orExit(atoll).catch(exit);
  const code = await opened.place.offerSetup();
  const { default: app } = await pages;
  try {
    const { listen } = await (transport === "ws"
      ? import("./transports/node.ts")
      : import("./transports/native.ts"));
    const perAddress = trustProxy ? null : connectionsPerAddress;
    const server = await listen({ port, host, perAddress }, app.fetch);
    announce(server.port, host);
    if (code !== null) {
      offerSetup(server.port, host, code);
    }
    logUncaught();
    // A failure shows again, to whoever searches.
    opened.search.prepare().catch(() => {});
    stopOnSignals(async () => {
      await opened.close();
      await server.stop();
    });
  } catch (error) {
    exit(listenError(error, host, port));
  }
}

function orExit<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    exit(error);
  }
}

/** One line that says what is wrong and what to do. */
function exit(error: unknown): never {
  const expected = error instanceof ConfigError || error instanceof Error;
  console.error(`Atoll can't start: ${expected ? error.message : error}`);
  Deno.exit(1);
}

function listenError(error: unknown, host: string, port: number): unknown {
  const code = codeOf(error);
  if (code === "EADDRINUSE") {
    return new Error(
      `port ${port} is in use; stop the other program, or set PORT to another port`,
    );
  }
  // Node's server, on Deno, says EINVAL.
  if (code === "EADDRNOTAVAIL" || code === "EINVAL") {
    return new Error(
      `HOST "${host}" is no address of this machine; use 0.0.0.0 for all`,
    );
  }
  if (code === "ENOTFOUND") {
    return new Error(
      `HOST "${host}" can't be found; use an address of this machine, or 0.0.0.0 for all`,
    );
  }
  if (code === "EACCES") {
    return new Error(
      `port ${port} may not be used by this account; set PORT to 1024 or above`,
    );
  }
  return error;
}

/** What a server could not do, in the words of Node, whose errors tell it too. */
function codeOf(error: unknown): unknown {
  if (error instanceof Deno.errors.AddrInUse) return "EADDRINUSE";
  if (error instanceof Deno.errors.AddrNotAvailable) return "EADDRNOTAVAIL";
  if (error instanceof Deno.errors.PermissionDenied) return "EACCES";
  if (!(error instanceof Error)) return undefined;
  if (/lookup address/.test(error.message)) return "ENOTFOUND";
  return "code" in error ? error.code : undefined;
}

function announce(port: number, host: string): void {
  log(`Atoll is at http://${localName(host)}:${port}`);
  if (!isEverywhere(host)) return;
  for (const address of networkAddresses()) {
    log(`On your network: http://${address}:${port}`);
  }
}

/** The code is behind the `#`, which browsers send to nobody. */
function offerSetup(port: number, host: string, code: string): void {
  log(`Nobody owns this place yet. To own it, open, once:`);
  log(`http://${localName(host)}:${port}/setup#${code}`);
}

function isEverywhere(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

function localName(host: string): string {
  if (isEverywhere(host)) return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}

function networkAddresses(): string[] {
  return Object.values(networkInterfaces()).flat()
    .filter((face) => face?.family === "IPv4" && !face.internal)
    .map((face) => face!.address);
}

/** One fault in a timer is no reason to disconnect everybody. */
function logUncaught(): void {
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    logError(event.reason);
  });
  addEventListener("error", (event) => {
    event.preventDefault();
    logError(event.error);
  });
}

/** Ctrl-C arrives twice through launchers: only the first one counts. */
function stopOnSignals(stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = async () => {
    if (stopping) return;
    stopping = true;
    log("Stopping");
    setTimeout(() => Deno.exit(0), STOP_TIMEOUT);
    try {
      await stop();
      log("Stopped");
    } catch (error) {
      logError(error);
    }
    Deno.exit(0);
  };
  Deno.addSignalListener("SIGINT", onSignal);
  Deno.addSignalListener("SIGTERM", onSignal);
}
