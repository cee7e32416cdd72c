/** All settings, checked at start; the README's table lists the same. */

import { ConfigError } from "./config_error.ts";
import { type PostgresSettings, readPostgres } from "./db/postgres_settings.ts";
import { readS3, type S3Settings } from "./files/s3_settings.ts";
import { LIMITS } from "./protocol.ts";

export { ConfigError } from "./config_error.ts";

/** How a server was told to run. */
export interface Config {
  /** TCP port, 0 for any free one. */
  port: number;
  /** Address to listen on; `0.0.0.0` is every network. */
  host: string;
  /** Folder of a SQLite database, and of files. */
  data: string;
  /** The PostgreSQL server that has the database; null for SQLite. */
  postgres: PostgresSettings | null;
  /** By what machines tell each other what is new: addresses of NATS servers, `none`, or empty for the database. */
  signals: string;
  /** How SQLite syncs to disk: FULL survives a loss of power (L2). */
  synchronous: "FULL" | "NORMAL";
  /** Days after which messages go, in rooms without a limit of their own; null is never. */
  retentionDays: number | null;
  /** Origins besides the server's own whose pages may use the server. */
  origins: readonly string[];
  /** Bytes that an uploaded file may have. */
  uploadLimit: number;
  /** What accepts connections: the runtime's own server, or `node:http` with `ws`. */
  transport: "native" | "ws";
  /** The bucket for files; null keeps them in the folder of the database. */
  files: S3Settings | null;
  /** Sockets that may be open from one address. */
  connectionsPerAddress: number;
  /** People who may come in from one address in an hour. */
  newcomersPerHour: number;
  /** Rooms that one person may make in an hour. */
  roomsPerHour: number;
  /** Whether a proxy's `X-Forwarded-For`, `-Host` and `-Proto` are believed. */
  trustProxy: boolean;
  /** With it `/metrics` may be read from other machines; null for only from this one. */
  metricsToken: string | null;
}

/** One setting: its name in the environment, its default, what it means. */
export interface Setting {
  name: string;
  fallback: string;
  meaning: string;
}

/** Every setting, in the order of the README's table. */
export const SETTINGS: readonly Setting[] = [
  { name: "PORT", fallback: "8000", meaning: "TCP port" },
  {
    name: "HOST",
    fallback: "0.0.0.0",
    meaning: "address to listen on; `127.0.0.1` keeps it to this machine",
  },
  {
    name: "ATOLL_DATA",
    fallback: "data",
    meaning: "folder of the SQLite database and of files, made when missing",
  },
  {
    name: "ATOLL_DATABASE_URL",
    fallback: "",
    meaning:
      "PostgreSQL instead of SQLite: `postgres://user:password@host:5432/database`; see [Databases](#databases)",
  },
  {
    name: "DATABASE_URL",
    fallback: "",
    meaning: "the same, as hosts set it; `ATOLL_DATABASE_URL` comes first",
  },
  {
    name: "PGHOST",
    fallback: "",
    meaning:
      "the same in parts, with `PGPORT`, `PGUSER`, `PGPASSWORD`, `PGDATABASE`, `PGSSLMODE`",
  },
  {
    name: "ATOLL_SIGNALS_URL",
    fallback: "",
    meaning:
      "how several machines tell each other what is new: `nats://user:password@host:4222`, or `none`; see [Several machines](#several-machines)",
  },
  {
    name: "ATOLL_SYNCHRONOUS",
    fallback: "full",
    meaning:
      "`full` keeps every acknowledged message through a loss of power; `normal` syncs less often and may lose the last ones then",
  },
  {
    name: "ATOLL_RETENTION_DAYS",
    fallback: "",
    meaning:
      "days after which messages are removed, 1 to 3650; empty keeps them for ever",
  },
  {
    name: "ATOLL_ORIGINS",
    fallback: "",
    meaning:
      "further origins whose pages may connect, separated by commas, such as `https://chat.example.org`",
  },
  {
    name: "ATOLL_UPLOAD_LIMIT",
    fallback: "25MB",
    meaning:
      "how big a file may be: bytes, or a number with `kB`, `MB` or `GB`, of 1,000 each, or `KiB`, `MiB` or `GiB`, of 1,024",
  },
  {
    name: "ATOLL_TRANSPORT",
    fallback: "native",
    meaning:
      "`ws` for a server that strangers can come into: see [Strangers](#strangers)",
  },
  {
    name: "ATOLL_FILES_URL",
    fallback: "",
    meaning:
      "bucket of an S3-compatible store for files, such as `s3://atoll?endpoint=https://s3.example.org`; empty keeps them in `ATOLL_DATA`",
  },
  {
    name: "AWS_ACCESS_KEY_ID",
    fallback: "",
    meaning: "who uses that bucket",
  },
  {
    name: "AWS_SECRET_ACCESS_KEY",
    fallback: "",
    meaning: "their secret; it is never logged",
  },
  {
    name: "AWS_REGION",
    fallback: "us-east-1",
    meaning: "where the bucket is, unless the address says `region=`",
  },
  {
    name: "ATOLL_CONNECTIONS_PER_ADDRESS",
    fallback: "1000",
    meaning:
      "sockets that may be open from one address at a time; more where a whole school has one",
  },
  {
    name: "ATOLL_NEWCOMERS_PER_HOUR",
    fallback: "500",
    meaning: "people who may come in from one address in an hour",
  },
  {
    name: "ATOLL_ROOMS_PER_HOUR",
    fallback: "60",
    meaning: "rooms that one person may make in an hour",
  },
  {
    name: "ATOLL_TRUST_PROXY",
    fallback: "false",
    meaning:
      "`true` behind a reverse proxy that sets `X-Forwarded-For`, `-Host` and `-Proto`",
  },
  {
    name: "ATOLL_METRICS_TOKEN",
    fallback: "",
    meaning:
      "lets whoever sends it as a bearer token read `/metrics` from another machine; at least 16 characters",
  },
];

/** Characters in a token that can't be guessed. */
const TOKEN_LENGTH = 16;

/** Reads and checks all settings; throws {@link ConfigError}. */
export function readConfig(
  env: { get(name: string): string | undefined },
): Config {
  const given = (name: string) =>
    env.get(name)?.trim() ||
    SETTINGS.find((setting) => setting.name === name)?.fallback || "";
  const postgres = readPostgres(given);
  return {
    port: readPort(given("PORT")),
    host: readHost(given("HOST")),
    data: given("ATOLL_DATA"),
    postgres,
    signals: readSignals(given("ATOLL_SIGNALS_URL"), postgres !== null),
    synchronous: readSynchronous(given("ATOLL_SYNCHRONOUS")),
    retentionDays: readRetentionDays(given("ATOLL_RETENTION_DAYS")),
    origins: readOrigins(given("ATOLL_ORIGINS")),
    uploadLimit: readSize("ATOLL_UPLOAD_LIMIT", given("ATOLL_UPLOAD_LIMIT")),
    transport: readTransport(given("ATOLL_TRANSPORT")),
    files: readFiles(given),
    connectionsPerAddress: readCount(
      "ATOLL_CONNECTIONS_PER_ADDRESS",
      given("ATOLL_CONNECTIONS_PER_ADDRESS"),
    ),
    newcomersPerHour: readCount(
      "ATOLL_NEWCOMERS_PER_HOUR",
      given("ATOLL_NEWCOMERS_PER_HOUR"),
    ),
    roomsPerHour: readCount(
      "ATOLL_ROOMS_PER_HOUR",
      given("ATOLL_ROOMS_PER_HOUR"),
    ),
    trustProxy: readBoolean("ATOLL_TRUST_PROXY", given("ATOLL_TRUST_PROXY")),
    metricsToken: readToken(
      "ATOLL_METRICS_TOKEN",
      given("ATOLL_METRICS_TOKEN"),
    ),
  };
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new ConfigError(
    `PORT must be a whole number from 0 to 65535: current value is "${text}"`,
  );
}

function readHost(text: string): string {
  if (/^[\w.:-]+$/.test(text)) return text;
  throw new ConfigError(
    `HOST must be an address such as 0.0.0.0 or a host name: current value is "${text}"`,
  );
}

/** What is wrong is said without the value: it may have a password. */
function readSignals(text: string, isShared: boolean): string {
  if (text === "" || text === "none") return text;
  if (!isShared) {
    throw new ConfigError(
      "ATOLL_SIGNALS_URL is for several machines, which share a database: set ATOLL_DATABASE_URL, too, or leave it out",
    );
  }
  const areServers = text.split(",").every((part) => {
    const address = part.trim();
    return /^(nats|tls):\/\/[^/?#]+\/?$/.test(address) &&
      URL.canParse(address);
  });
  if (areServers) return text;
  throw new ConfigError(
    "ATOLL_SIGNALS_URL must be addresses such as nats://host:4222, separated by commas, or none, or empty: the current value is not",
  );
}

function readSynchronous(text: string): "FULL" | "NORMAL" {
  if (text === "full") return "FULL";
  if (text === "normal") return "NORMAL";
  throw new ConfigError(
    `ATOLL_SYNCHRONOUS must be full or normal: current value is "${text}"`,
  );
}

function readTransport(text: string): "native" | "ws" {
  if (text === "native" || text === "ws") return text;
  throw new ConfigError(
    `ATOLL_TRANSPORT must be native or ws: current value is "${text}"`,
  );
}

function readRetentionDays(text: string): number | null {
  if (text === "") return null;
  const days = Number(text);
  const isInRange = days >= 1 && days <= LIMITS.retentionDays;
  if (/^\d+$/.test(text) && isInRange) return days;
  throw new ConfigError(
    `ATOLL_RETENTION_DAYS must be a whole number from 1 to ${LIMITS.retentionDays}, or empty: current value is "${text}"`,
  );
}

function readOrigins(text: string): string[] {
  return text.split(",").map((part) => part.trim()).filter((part) => part)
    .map((origin) => {
      if (URL.canParse(origin) && new URL(origin).origin === origin) {
        return origin;
      }
      throw new ConfigError(
        `ATOLL_ORIGINS must list origins such as https://chat.example.org, without a path: one value is "${origin}"`,
      );
    });
}

function readSize(name: string, text: string): number {
  const match = /^(\d{1,12})\s*(?:([KMG])(i?)B?|B)?$/i.exec(text);
  const unit = " KMG".indexOf(match?.[2]?.toUpperCase() ?? " ");
  const bytes = Number(match?.[1]) * (match?.[3] ? 1024 : 1000) ** unit;
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new ConfigError(
    `${name} must be a number of bytes such as 1000000, 500kB, 25MB or 1GiB: current value is "${text}"`,
  );
}

function readCount(name: string, text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new ConfigError(
    `${name} must be a whole number from 1 to 9999999: current value is "${text}"`,
  );
}

/** What is wrong is said without the value: people put keys into addresses. */
function readFiles(given: (name: string) => string): S3Settings | null {
  const url = given("ATOLL_FILES_URL");
  if (url === "") return null;
  const read = readS3({
    url,
    region: given("AWS_REGION"),
    accessKeyId: given("AWS_ACCESS_KEY_ID"),
    secretAccessKey: given("AWS_SECRET_ACCESS_KEY"),
  });
  if (typeof read !== "string") return read;
  throw new ConfigError(`ATOLL_FILES_URL ${read}`);
}

function readBoolean(name: string, text: string): boolean {
  if (text === "true" || text === "false") return text === "true";
  throw new ConfigError(
    `${name} must be true or false: current value is "${text}"`,
  );
}

/** What is wrong is said without the value: it is a secret. */
function readToken(name: string, text: string): string | null {
  if (text === "") return null;
  if (text.length >= TOKEN_LENGTH && /^[\x21-\x7e]+$/.test(text)) return text;
  throw new ConfigError(
    `${name} must have at least ${TOKEN_LENGTH} letters, digits or signs, without spaces: the current value has not`,
  );
}
