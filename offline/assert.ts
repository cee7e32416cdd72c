/** Stand-in for `@std/assert`: the assertions Atoll's tests use. */
import { deepStrictEqual } from "node:assert/strict";

// deno-lint-ignore no-explicit-any
type Class<T> = abstract new (...args: any[]) => T;

/** What every failed assertion throws. */
export class AssertionError extends Error {
  override name = "AssertionError";
}

/** Throws an {@linkcode AssertionError}. */
export function fail(msg?: string): never {
  throw new AssertionError(msg || "Failed assertion.");
}

function check(holds: boolean, what: string, msg?: string): asserts holds {
  if (!holds) fail(msg ? `${what}: ${msg}` : what);
}

const show = (value: unknown) => Deno.inspect(value, { depth: 6 });

/** Asserts that the value is truthy. */
export function assert(value: unknown, msg?: string): asserts value {
  check(Boolean(value), `Expected ${show(value)} to be truthy`, msg);
}

/** Asserts that the value is falsy. */
export function assertFalse(value: unknown, msg?: string): void {
  check(!value, `Expected ${show(value)} to be falsy`, msg);
}

/**
 * Objects without a prototype (rows, cookies) count as plain ones and -0 as 0;
 * everything else is left to Node's deep comparison.
 */
function plain(value: unknown, seen = new Map<unknown, unknown>()): unknown {
  if (typeof value !== "object" || value === null) {
    return value === 0 ? 0 : value;
  }
  const prototypes: unknown[] = [null, Object.prototype, Array.prototype];
  if (!prototypes.includes(Object.getPrototypeOf(value))) return value;
  if (seen.has(value)) return seen.get(value);
  const copy: object = Array.isArray(value) ? [] : {};
  seen.set(value, copy);
  for (const key of Reflect.ownKeys(value)) {
    Reflect.set(copy, key, plain(Reflect.get(value, key), seen));
  }
  return copy;
}

function difference(actual: unknown, expected: unknown): string | null {
  try {
    deepStrictEqual(plain(actual), plain(expected));
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Asserts that both values are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  const found = difference(actual, expected);
  check(found === null, `Values are not equal\n${found}`, msg);
}

/** Asserts that the values are not deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  const found = difference(actual, expected);
  check(found !== null, `Expected another value than ${show(actual)}`, msg);
}

/** Asserts that both values are the same, by `Object.is`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  const what = `${show(actual)} is not strictly equal to ${show(expected)}`;
  check(Object.is(actual, expected), what, msg);
}

/** Asserts that the values are not the same, by `Object.is`. */
export function assertNotStrictEquals<T>(actual: T, other: T, msg?: string) {
  check(!Object.is(actual, other), `Both are ${show(actual)}`, msg);
}

/** Asserts that the value is neither `undefined` nor `null`. */
export function assertExists<T>(
  actual: T,
  msg?: string,
): asserts actual is NonNullable<T> {
  const exists = actual !== undefined && actual !== null;
  check(exists, `Expected a value: got ${actual}`, msg);
}

/** Asserts that the text matches the pattern. */
export function assertMatch(actual: string, expected: RegExp, msg?: string) {
  check(expected.test(actual), `"${actual}" does not match ${expected}`, msg);
}

/** Asserts that the text does not match the pattern. */
export function assertNotMatch(actual: string, pattern: RegExp, msg?: string) {
  check(!pattern.test(actual), `"${actual}" matches ${pattern}`, msg);
}

/** Asserts that the text contains the other text. */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void {
  const what = `"${actual}" does not contain "${expected}"`;
  check(actual.includes(expected), what, msg);
}

/** Asserts that the value is an instance of the class. */
export function assertInstanceOf<T>(
  actual: unknown,
  expected: Class<T>,
  msg?: string,
): asserts actual is T {
  const what = `Expected an instance of ${expected.name}: got ${show(actual)}`;
  check(actual instanceof expected, what, msg);
}

const compare = (
  sign: string,
  holds: (a: number, b: number) => boolean,
) =>
<T>(actual: T, expected: T, msg?: string): void => {
  const what = `Expected ${show(actual)} ${sign} ${show(expected)}`;
  check(holds(actual as number, expected as number), what, msg);
};

/** Asserts `actual > expected`. */
export const assertGreater = compare(">", (a, b) => a > b);
/** Asserts `actual >= expected`. */
export const assertGreaterOrEqual = compare(">=", (a, b) => a >= b);
/** Asserts `actual < expected`. */
export const assertLess = compare("<", (a, b) => a < b);
/** Asserts `actual <= expected`. */
export const assertLessOrEqual = compare("<=", (a, b) => a <= b);

function checkError<E>(error: unknown, type?: Class<E> | string, part = "") {
  if (typeof type !== "function") return error;
  assertInstanceOf(error, type);
  const { message } = error as Error;
  check(message.includes(part), `"${message}" does not contain "${part}"`);
  return error;
}

/** Asserts that the function throws, and returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Asserts that it throws such an error with the text, and returns it. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  type: Class<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E>(
  fn: () => unknown,
  type?: Class<E> | string,
  msgIncludes?: string,
): unknown {
  try {
    fn();
  } catch (error) {
    return checkError(error, type, msgIncludes);
  }
  fail("Expected function to throw.");
}

/** Asserts that the promise rejects, and returns what it rejected with. */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/** Asserts that it rejects with such an error with the text, and returns it. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  type: Class<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E>(
  fn: () => PromiseLike<unknown>,
  type?: Class<E> | string,
  msgIncludes?: string,
): Promise<unknown> {
  try {
    await fn();
  } catch (error) {
    return checkError(error, type, msgIncludes);
  }
  fail("Expected function to reject.");
}
