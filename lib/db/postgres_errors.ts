/** What PostgreSQL's errors mean, and what may be told of them. */

/** What broke, without any text that people wrote. */
export class PostgresError extends Error {
  override name = "PostgresError";
}

/** The answer to a commit was lost: only the database knows what came of it. */
export class LostCommit extends Error {
  /** The transaction's id. */
  readonly xid: string;

  /** Of the transaction with this id. */
  constructor(xid: string, cause: unknown) {
    super("The answer to a commit was lost", { cause });
    this.xid = xid;
  }
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const STATES = {
  /** Serialization failure, deadlock, and a key that another one took first. */
  conflict: /^(40001|40P01|23505)$/,
  /** The session is over, or none begins. */
  lost: /^(08...|57P0.|53300|25P03|25P02)$/,
  /** These messages may quote what was stored. */
  quoting: /^2[23]/,
};

/** Codes and messages of the network and of the driver. */
const NETWORK = {
  codes: /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_)/,
  messages:
    /connection (terminated|error|ended)|not queryable|timeout exceeded when trying to connect|read timeout|broken pipe|connection reset|closed/i,
};

/** Another transaction came in between: the same one again may find things otherwise. */
export function isConflict(error: unknown): boolean {
  return STATES.conflict.test(stateOf(error));
}

/** The connection is gone, or could not be made; what was not committed is undone. */
export function isLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (STATES.lost.test(stateOf(error))) return true;
  const { code } = error as { code?: unknown };
  if (typeof code === "string" && code.length === 5 && /^\d/.test(code)) {
    return false;
  }
  return NETWORK.codes.test(String(code)) ||
    NETWORK.messages.test(error.message);
}

/** It was stopped since it took too long. */
export function isLate(error: unknown): boolean {
  return stateOf(error) === "57014";
}

/** An error that may be logged: without values of rows. */
export function withoutValues(error: unknown): PostgresError {
  if (error instanceof PostgresError) return error;
  const state = stateOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const text = STATES.quoting.test(state) ? "a statement failed" : message;
  return new PostgresError(state ? `${text} (${state})` : text);
}

function stateOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : "";
}
