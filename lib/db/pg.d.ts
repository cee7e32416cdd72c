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
  types: { getTypeParser: (oid: number, format?: string) => TypeParser };
  max?: number;
  pipeline?: boolean;
  idleTimeoutMillis?: number;
}

/** What a statement gave. */
export interface Result {
  command: string;
  rowCount: number | null;
  rows: Record<string, unknown>[];
}

/** A notification, from whoever sent one. */
export interface Notification {
  channel: string;
  payload?: string;
}

/** A connection. */
export interface Client {
  /** The server's process, as it was told when the connection was made. */
  readonly processID: number;
  connect: () => Promise<void>;
  query: (text: string, values?: readonly unknown[]) => Promise<Result>;
  on: <E extends keyof ClientEvents>(
    event: E,
    listener: (news: ClientEvents[E]) => void,
  ) => unknown;
  end: () => Promise<void>;
}

/** What a connection tells. */
export interface ClientEvents {
  error: Error;
  notification: Notification;
  end: void;
}

/** A connection of a pool. */
export interface PoolClient extends Client {
  release: (destroy?: boolean) => void;
}

/** What a pool tells. */
export interface PoolEvents {
  error: Error;
  connect: Client;
}

/** Connections that are kept and given out. */
export interface Pool {
  connect: () => Promise<PoolClient>;
  query: (text: string, values?: readonly unknown[]) => Promise<Result>;
  on: <E extends keyof PoolEvents>(
    event: E,
    listener: (news: PoolEvents[E]) => void,
  ) => unknown;
  end: () => Promise<void>;
}

/** The whole package. */
declare const pg: {
  Client: new (config: PoolConfig) => Client;
  Pool: new (config: PoolConfig) => Pool;
  types: { getTypeParser(oid: number, format?: string): TypeParser };
};
export default pg;
