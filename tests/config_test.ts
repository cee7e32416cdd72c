/** Settings that reach the database and the log. */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { sizeText } from "../components/files/file_words.ts";
import { openAtoll } from "../lib/app.ts";
import { ConfigError, readConfig } from "../lib/config.ts";
import { translator } from "../lib/locale.ts";
import { TEST_CONFIG } from "./support/atoll.ts";

function read(settings: Record<string, string>) {
  return readConfig(new Map(Object.entries(settings)));
}

Deno.test("ATOLL_SYNCHRONOUS is full unless it says otherwise", () => {
  assertEquals(read({}).synchronous, "FULL");
  assertEquals(read({ ATOLL_SYNCHRONOUS: "full" }).synchronous, "FULL");
  assertEquals(read({ ATOLL_SYNCHRONOUS: "normal" }).synchronous, "NORMAL");
  const off = () => read({ ATOLL_SYNCHRONOUS: "off" });
  assertThrows(
    off,
    ConfigError,
    'ATOLL_SYNCHRONOUS must be full or normal: current value is "off"',
  );
});

Deno.test("ATOLL_RETENTION_DAYS is a number of days, or empty for ever", () => {
  assertEquals(read({}).retentionDays, null);
  assertEquals(read({ ATOLL_RETENTION_DAYS: " " }).retentionDays, null);
  assertEquals(read({ ATOLL_RETENTION_DAYS: "1" }).retentionDays, 1);
  assertEquals(read({ ATOLL_RETENTION_DAYS: "3650" }).retentionDays, 3650);
  for (const value of ["0", "3651", "1.5", "-1", "1e2", "a week"]) {
    const wrong = () => read({ ATOLL_RETENTION_DAYS: value });
    assertThrows(wrong, ConfigError, `"${value}"`);
  }
});

Deno.test("ATOLL_UPLOAD_LIMIT counts as its unit says, and people are told what it is", () => {
  const limit = (ATOLL_UPLOAD_LIMIT: string) =>
    read({ ATOLL_UPLOAD_LIMIT }).uploadLimit;
  const told = (bytes: number) => sizeText(translator("en"), bytes);
  assertEquals(read({}).uploadLimit, 25_000_000);
  assertEquals(limit("25MB"), limit("25 mb"));
  assertEquals(limit("25MiB"), 25 * 1024 ** 2);
  assertEquals([limit("500kB"), limit("1G"), limit("7")], [500_000, 1e9, 7]);
  assertEquals(told(limit("25MB")), "25 MB");
  assertEquals(told(limit("25MiB")), "26 MB");
  assertEquals([told(999), told(1_500)], ["999 bytes", "1.5 kB"]);
  for (const value of ["25 MBit", "-1", "1.5MB", "MB", "9".repeat(13)]) {
    assertThrows(() => limit(value), ConfigError, `"${value}"`);
  }
});

Deno.test("Limits are whole numbers from 1; the transport is one of two", () => {
  const names = {
    ATOLL_CONNECTIONS_PER_ADDRESS: "connectionsPerAddress",
    ATOLL_NEWCOMERS_PER_HOUR: "newcomersPerHour",
    ATOLL_ROOMS_PER_HOUR: "roomsPerHour",
  } as const;
  for (const [name, key] of Object.entries(names)) {
    assertEquals(read({ [name]: "1" })[key], 1);
    assertEquals(read({ [name]: "9999999" })[key], 9_999_999);
    for (const value of ["0", "-1", "1.5", "1e3", "many", "10000000"]) {
      const wrong = () => read({ [name]: value });
      assertThrows(wrong, ConfigError, `${name} must be a whole number`);
    }
  }
  assertEquals(read({}).transport, "native");
  assertEquals(read({ ATOLL_TRANSPORT: "ws" }).transport, "ws");
  const wrong = () => read({ ATOLL_TRANSPORT: "WS" });
  assertThrows(wrong, ConfigError, 'native or ws: current value is "WS"');
});

Deno.test("ATOLL_SIGNALS_URL needs a database that machines share", () => {
  const signals = { ATOLL_SIGNALS_URL: "nats://u:secret@127.0.0.1:4222" };
  const shared = {
    ...signals,
    ATOLL_DATABASE_URL: "postgres://atoll@db/atoll",
  };
  assertEquals(read(shared).signals, signals.ATOLL_SIGNALS_URL);
  const error = assertThrows(() => read(signals), ConfigError);
  assertMatch(error.message, /^ATOLL_SIGNALS_URL .* set ATOLL_DATABASE_URL/);
});

Deno.test("PostgreSQL is named by ATOLL_DATABASE_URL, DATABASE_URL or PGHOST, in this order", () => {
  assertEquals(read({}).postgres, null, "SQLite");
  const url = "postgresql://a%40b:p%2Fw@db.example:6432/chat?sslmode=require";
  const named = {
    ...{ host: "db.example", port: 6432, user: "a@b", password: "p/w" },
    ...{ database: "chat", ssl: "require" as const },
  };
  const other = { DATABASE_URL: "postgres://x@y/z", PGHOST: "h", PGUSER: "u" };
  assertEquals(read({ ATOLL_DATABASE_URL: url, ...other }).postgres, {
    ...named,
    setting: "ATOLL_DATABASE_URL",
  });
  assertEquals(read({ ...other, DATABASE_URL: url }).postgres, {
    ...named,
    setting: "DATABASE_URL",
  });
  assertEquals(
    read({ PGHOST: "h", PGUSER: "u", PGPASSWORD: "p", PGSSLMODE: "disable" })
      .postgres,
    {
      ...{ host: "h", port: 5432, user: "u", password: "p", database: "u" },
      ...{ ssl: "disable", setting: "PGHOST" },
    },
  );
});

Deno.test("What is wrong about PostgreSQL's settings is said without the password", () => {
  const cases: [Record<string, string>, string][] = [
    [{ ATOLL_DATABASE_URL: "mysql://u:s3cret@h/d" }, "ATOLL_DATABASE_URL must"],
    [{ ATOLL_DATABASE_URL: "u:s3cret@h/d" }, "ATOLL_DATABASE_URL must"],
    [{ DATABASE_URL: "postgres://u:s3cret@/d" }, "DATABASE_URL must"],
    [{ DATABASE_URL: "postgres://u:s3cret%@h/d" }, "DATABASE_URL must"],
    [{ DATABASE_URL: "postgres://:s3cret@h" }, "the user is missing"],
    [{ DATABASE_URL: "postgres://u:s3cret@h/d?sslmode=yes" }, "sslmode"],
    [{ PGHOST: "/var/run", PGUSER: "u", PGPASSWORD: "s3cret" }, "PGHOST must"],
    [{ PGHOST: "h", PGPASSWORD: "s3cret" }, "PGUSER must"],
    [{ PGHOST: "h", PGUSER: "u", PGPORT: "http" }, "PGPORT must"],
  ];
  for (const [settings, expected] of cases) {
    const error = assertThrows(() => read(settings), ConfigError, expected);
    assertEquals(error.message.includes("s3cret"), false, error.message);
  }
});

Deno.test("The connection that writes is told how to sync [L2]", async () => {
  const { Worker } = globalThis;
  const told: unknown[] = [];
  globalThis.Worker = class extends Worker {
    override postMessage(message: unknown): void {
      const { call, options } = message as {
        call: string;
        options?: { synchronous?: string };
      };
      if (call === "open") told.push(options?.synchronous);
      super.postMessage(message);
    }
  };
  try {
    for (const synchronous of ["FULL", "NORMAL"] as const) {
      const data = await Deno.makeTempDir();
      const atoll = await openAtoll({ ...TEST_CONFIG, data, synchronous });
      await atoll.close();
      await Deno.remove(data, { recursive: true });
    }
  } finally {
    globalThis.Worker = Worker;
  }
  assertEquals(told, ["FULL", "NORMAL"]);
});
