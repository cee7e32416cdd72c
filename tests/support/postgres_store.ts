/** PostgreSQL databases on a server for tests. */
// @ts-types="../../lib/db/pg.d.ts"
import pg from "pg";
import { readConfig } from "../../lib/config.ts";
import { type Database, openDatabase } from "../../lib/db/open.ts";
import { clientConfig } from "../../lib/db/postgres.ts";
import type { PostgresSettings } from "../../lib/db/postgres_settings.ts";
import { PostgresServer, TEST_SERVER } from "../../tasks/postgres.ts";
import type { LogStore } from "./log_harness.ts";

/** The server's address, or undefined where there is no PostgreSQL. */
export const POSTGRES_URL: string | undefined = Deno.env.get(TEST_SERVER) ??
  await startOwn();

/** Where `deno test` runs without its task. */
async function startOwn(): Promise<string | undefined> {
  const server = await PostgresServer.start();
  addEventListener("unload", () => void server?.kill("SIGQUIT"));
  return server?.url;
}

/** The settings for a database of the server. */
export function settingsOf(
  database: string,
  url: string = POSTGRES_URL!,
): PostgresSettings {
  const env = new Map([["ATOLL_DATABASE_URL", `${url}/${database}`]]);
  return readConfig(env).postgres!;
}

/** Runs statements in a database, as another program would; gives the rows of a single one. */
export async function execute(
  settings: PostgresSettings,
  statements: string,
): Promise<Record<string, unknown>[]> {
  const plain = { ...settings, ssl: "disable" as const };
  const client = new pg.Client(clientConfig(plain));
  await client.connect();
  try {
    return (await client.query(statements)).rows;
  } finally {
    await client.end();
  }
}

/** Databases that no test uses now, as they were when they were new. */
const free: string[] = [];

/** A database of its own, at the end emptied for the next test. */
export class PostgresStore implements LogStore {
  readonly errors: unknown[] = [];
  readonly name: string;
  readonly settings: PostgresSettings;
  #exists: Promise<void> | undefined;

  /** With `isBare`, one without any tables, which is dropped at the end. */
  constructor(readonly isBare = false) {
    const kept = isBare ? undefined : free.pop();
    this.name = kept ?? `test_${crypto.randomUUID().replaceAll("-", "")}`;
    this.settings = settingsOf(this.name);
    if (kept) this.#exists = Promise.resolve();
  }

  /** Makes it unless it is there. */
  create(): Promise<void> {
    return this.#exists ??= this.#create();
  }

  async #create(): Promise<void> {
    await execute(settingsOf("postgres"), `create database ${this.name}`);
    if (this.isBare) return;
    const db = await this.#open();
    await db.close();
    await this.execute(`create schema kept;
      create table kept.rooms as select * from rooms;
      create table kept.meta as select * from meta`);
  }

  /** Opens the database, new or as it was left. */
  async open(): Promise<Database> {
    await this.create();
    return await this.#open();
  }

  #open(): Promise<Database> {
    return openDatabase({
      postgres: this.settings,
      path: "",
      onError: (error) => this.errors.push(error),
    });
  }

  /** A new database on the same server. */
  another(): PostgresStore {
    return new PostgresStore();
  }

  /** Runs statements as another program would. */
  async execute(statements: string): Promise<void> {
    await execute(this.settings, statements);
  }

  /** What a statement of another program gives. */
  rows(statement: string): Promise<Record<string, unknown>[]> {
    return execute(this.settings, statement);
  }

  /** Runs statements in a transaction of another program, which ends with `until`. */
  async hold(
    statements: string,
    onHeld: () => void,
    until: Promise<void>,
  ): Promise<void> {
    const plain = { ...this.settings, ssl: "disable" as const };
    const client = new pg.Client(clientConfig(plain));
    await client.connect();
    try {
      await client.query(`begin; ${statements}`);
      onHeld();
      await until;
      await client.query("commit");
    } finally {
      await client.end();
    }
  }

  /** Empties it: ten times as fast as making another one. */
  async remove(): Promise<void> {
    if (this.isBare) {
      const drop = `drop database if exists ${this.name} with (force)`;
      return void await execute(settingsOf("postgres"), drop);
    }
    await this.execute(`do $$ declare one text; begin
        for one in select tablename from pg_tables where schemaname = 'public'
        loop execute 'alter table ' || one || ' disable trigger all';
          execute 'delete from ' || one;
          execute 'alter table ' || one || ' enable trigger all';
        end loop;
      end $$;
      insert into rooms select * from kept.rooms;
      insert into meta select * from kept.meta`);
    free.push(this.name);
  }
}
