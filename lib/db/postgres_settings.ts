/** Which PostgreSQL to use, as the environment says it. */
import { ConfigError } from "../config_error.ts";

/** Where a database is, and as whom to use it. */
export interface PostgresSettings {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** As libpq understands it; `verify-full` wants a certificate for the host. */
  ssl: SslMode;
  /** The setting that said so, for messages about it. */
  setting: string;
}

/** How a connection is encrypted. */
export type SslMode = typeof SSL_MODES[number];

const SSL_MODES = [
  "disable",
  "prefer",
  "require",
  "verify-ca",
  "verify-full",
] as const;

type Given = (name: string) => string;

/**
 * The database that is named, or null for SQLite: by `ATOLL_DATABASE_URL`,
 * `DATABASE_URL`, or `PGHOST` and its like, as hosts such as Deno Deploy set
 * them. Throws a `ConfigError`, which never has the password.
 */
export function readPostgres(given: Given): PostgresSettings | null {
  for (const setting of ["ATOLL_DATABASE_URL", "DATABASE_URL"]) {
    const text = given(setting);
    if (text !== "") return fromUrl(setting, text, given);
  }
  return given("PGHOST") === "" ? null : fromParts(given);
}

function fromUrl(
  setting: string,
  text: string,
  given: Given,
): PostgresSettings {
  const wrong = (what: string) =>
    new ConfigError(
      `${setting} must be an address such as postgres://user:password@host:5432/database: ${what}`,
    );
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) {
    throw wrong("the current value is not");
  }
  const url = new URL(text);
  const part = (value: string) => {
    try {
      return decodeURIComponent(value);
    } catch {
      throw wrong("a % in it stands before no two hexadecimal digits");
    }
  };
  const user = part(url.username) || given("PGUSER");
  const database = part(url.pathname.slice(1)) || given("PGDATABASE") || user;
  if (url.hostname === "") throw wrong("the host is missing");
  if (user === "") throw wrong("the user is missing");
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: readPort(setting, url.port || "5432"),
    user,
    password: part(url.password) || given("PGPASSWORD"),
    database,
    ssl: readSsl(
      setting,
      url.searchParams.get("sslmode") ?? given("PGSSLMODE"),
    ),
    setting,
  };
}

function fromParts(given: Given): PostgresSettings {
  const host = given("PGHOST");
  const user = given("PGUSER");
  if (host.startsWith("/")) {
    throw new ConfigError(
      "PGHOST must be a host name or an address: sockets in files can't be used",
    );
  }
  if (user === "") {
    throw new ConfigError("PGUSER must name a user, since PGHOST is set");
  }
  return {
    host,
    port: readPort("PGPORT", given("PGPORT") || "5432"),
    user,
    password: given("PGPASSWORD"),
    database: given("PGDATABASE") || user,
    ssl: readSsl("PGSSLMODE", given("PGSSLMODE")),
    setting: "PGHOST",
  };
}

function readPort(setting: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port <= 65_535) return port;
  throw new ConfigError(`${setting} must have a port from 1 to 65535`);
}

function readSsl(setting: string, text: string): SslMode {
  const found = SSL_MODES.find((mode) => mode === (text || "prefer"));
  if (found) return found;
  throw new ConfigError(
    `${setting} must have one of these for sslmode: ${SSL_MODES.join(", ")}`,
  );
}
