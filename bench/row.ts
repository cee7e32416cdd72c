/** What a benchmark gives. */

/** A line of the table. */
export interface Row {
  name: string;
  /** Atoll's figure, with its unit. */
  atoll: string;
  /** The peer's, by name. */
  peer?: string;
  /** Atoll's figure to the peer's. */
  ratio?: string;
  /**
   * The share of a core that the load took beside Atoll: near 100 % the figure
   * is the load's, and no more than a lower bound of the server's.
   */
  load?: string;
}

/** By what Atoll takes connections: the runtime's own server, or node:http with ws. */
export const TRANSPORTS = ["native", "ws"] as const;

/** One of them, as `ATOLL_TRANSPORT` has it. */
export type Transport = typeof TRANSPORTS[number];

/** What may be set from outside. */
export interface BenchOptions {
  /** How long messages are posted, in each run; the row knows, unless given. */
  seconds?: number | undefined;
  transport: Transport;
  /** Told what is going on. */
  log: (line: string) => void;
}

/** Measures, and gives its lines of the table. */
export type Bench = (options: BenchOptions) => Promise<Row[]>;

/** A number with two or three digits that mean something. */
export function round(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toPrecision(3)} M`;
  if (value >= 1_000) return Math.round(value).toLocaleString("en");
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** A share as a percentage. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Megabytes. */
export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

/** Atoll's figure to another. */
export function ratio(value: number, to: number): string {
  return `${(value / to).toPrecision(3)} ×`;
}
