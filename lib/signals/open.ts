/** Which signals a server has, by its settings. */
import type { Config } from "../config.ts";
import type { Database } from "../db/open.ts";
import { type SignalEngine, Signals } from "./signals.ts";

/** Signals of a server; they connect in the background. */
export async function openSignals(
  config: Config,
  { epoch, isShared }: Database,
  onProblem: (problem: string) => void,
): Promise<Signals> {
  if (!isShared) return new Signals();
  return new Signals(await engineOf(config, epoch), onProblem);
}

/** Each is loaded where it is needed. Places that share a server don't hear each other. */
async function engineOf(
  { signals, postgres }: Config,
  epoch: string,
): Promise<SignalEngine> {
  if (signals === "none") return new NoSignals();
  if (signals !== "") {
    const { NatsSignals } = await import("./nats.ts");
    return new NatsSignals({ url: signals, prefix: `atoll.${epoch}` });
  }
  const { PostgresSignals } = await import("./postgres.ts");
  const channel = `atoll_${epoch.replace(/\W/g, "")}`;
  return new PostgresSignals({ settings: postgres!, channel });
}

/** Tells others nothing: they find all by asking the database. */
class NoSignals implements SignalEngine {
  readonly name = "none";
  start(): void {}
  send = () => Promise.resolve();
  listen = () => Promise.resolve();
  ignore(): void {}
  close = () => Promise.resolve();
}
