/** What is used of `pg`, which brings no types: https://node-postgres.com */

/** A parser of values, by their type in PostgreSQL. */
export type TypeParser = (text: string) => unknown;

/** How to reach a server, and how a pool treats its connections. */
export interface PoolConfig {
  host: string;
  port: number;
  user: string;
  password: () => string;
  database: string;
  ssl: false | { rejectUnauthorized: boolean };
  application_name: string;
  keepAlive: boolean;
  connectionTimeoutMillis: number;
  query_timeout?: number;
  types: { getTypeParser(oid: number, format?: string): TypeParser };
  max?: number;
  idleTimeoutMillis?: number;
  /** Runs before a new connection is given out. */
  onConnect?: (client: Client) => Promise<void>;
}

/** What a statement gave. */
export interface Result {
  command: string;
  rowCount: number | null;
  rows: Record<string, unknown>[];
}

/** A connection. */
export class Client {
  constructor(config: PoolConfig);
  connect(): Promise<void>;
  query(text: string, values?: readonly unknown[]): Promise<Result>;
  on(event: "error", listener: (error: Error) => void): this;
  on(
    event: "notification",
    listener: (news: { channel: string; payload?: string }) => void,
  ): this;
  on(event: "end", listener: () => void): this;
  end(): Promise<void>;
}

/** A connection of a pool. */
export interface PoolClient extends Client {
  release(destroy?: boolean): void;
}

/** Connections that are kept and given out. */
export class Pool {
  constructor(config: PoolConfig);
  readonly totalCount: number;
  readonly waitingCount: number;
  connect(): Promise<PoolClient>;
  query(text: string, values?: readonly unknown[]): Promise<Result>;
  on(event: "error", listener: (error: Error) => void): this;
  on(event: "connect", listener: (client: Client) => void): this;
  end(): Promise<void>;
}

declare const pg: {
  Client: typeof Client;
  Pool: typeof Pool;
  types: { getTypeParser(oid: number, format?: string): TypeParser };
};
export default pg;
