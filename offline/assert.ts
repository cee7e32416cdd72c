/**
 * Stand-in for `@std/assert`: the assertions Atoll's tests use, with the same
 * names, arguments and strictness.
 */
import { deepStrictEqual } from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";

type ErrorClass<E extends Error> = abstract new (...args: never[]) => E;

/** What every failed assertion throws. */
export class AssertionError extends Error {
  override name = "AssertionError";
}

const because = (msg?: string) => msg ? `: ${msg}` : "";
const show = (value: unknown) => Deno.inspect(value, { depth: 6 });

/** Throws an {@linkcode AssertionError}. */
export function fail(msg?: string): never {
  throw new AssertionError(`Failed assertion${because(msg) || "."}`);
}

/** Marks a branch that can't be reached. */
export function unreachable(reason?: string): never {
  throw new AssertionError(`Unreachable${because(reason)}`);
}

/** Asserts that the value is truthy. */
export function assert(value: unknown, msg = ""): asserts value {
  if (!value) throw new AssertionError(msg);
}

/** Asserts that the value is falsy. */
export function assertFalse(value: unknown, msg = ""): void {
  if (value) throw new AssertionError(msg);
}

/**
 * Objects without a prototype (rows, cookies) count as plain objects and -0 as
 * 0, as in `@std/assert`; everything else is left to Node's deep comparison.
 */
function plain(value: unknown, seen = new Map<unknown, unknown>()): unknown {
  if (value === 0) return 0;
  if (typeof value !== "object" || value === null) return value;
  if (seen.has(value)) return seen.get(value);
  const prototype = Object.getPrototypeOf(value);
  if (Array.isArray(value) && prototype === Array.prototype) {
    const copy: unknown[] = [];
    seen.set(value, copy);
    for (const item of value) copy.push(plain(item, seen));
    return copy;
  }
  if (prototype !== null && prototype !== Object.prototype) return value;
  const copy: Record<PropertyKey, unknown> = {};
  seen.set(value, copy);
  for (const key of Reflect.ownKeys(value)) {
    copy[key] = plain(Reflect.get(value, key), seen);
  }
  return copy;
}

/** Whether both values are deeply equal. */
export function equal(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(plain(a), plain(b));
}

/** Asserts that both values are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  let difference = "";
  try {
    deepStrictEqual(plain(actual), plain(expected));
  } catch (error) {
    difference = error instanceof Error ? error.message : String(error);
  }
  throw new AssertionError(
    `Values are not equal${because(msg)}\n${difference}`,
  );
}

/** Asserts that the values are not deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(
    `Expected actual: ${show(actual)} not to be: ${show(expected)}${
      because(msg)
    }`,
  );
}

/** Asserts that both values are the same, by `Object.is`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  throw new AssertionError(
    `Values are not strictly equal${because(msg)}\n    ${show(actual)}\n    ${
      show(expected)
    }`,
  );
}

/** Asserts that the values are not the same, by `Object.is`. */
export function assertNotStrictEquals<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (!Object.is(actual, expected)) return;
  throw new AssertionError(
    `Expected "actual" to not be strictly equal to: ${show(actual)}${
      because(msg)
    }`,
  );
}

/** Asserts that the value is neither `undefined` nor `null`. */
export function assertExists<T>(
  actual: T,
  msg?: string,
): asserts actual is NonNullable<T> {
  if (actual !== undefined && actual !== null) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to not be null or undefined${because(msg)}`,
  );
}

/** Asserts that the text matches the pattern. */
export function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  if (expected.test(actual)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to match: "${expected}"${because(msg)}`,
  );
}

/** Asserts that the text does not match the pattern. */
export function assertNotMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  if (!expected.test(actual)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to not match: "${expected}"${because(msg)}`,
  );
}

/** Asserts that the text contains the other text. */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void {
  if (actual.includes(expected)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to contain: "${expected}"${because(msg)}`,
  );
}

/** Asserts that the list contains every expected item, by deep equality. */
export function assertArrayIncludes<T>(
  actual: ArrayLike<T>,
  expected: ArrayLike<T>,
  msg?: string,
): void {
  const missing = Array.from(expected).filter((item) =>
    !Array.from(actual).some((other) => equal(item, other))
  );
  if (missing.length === 0) return;
  throw new AssertionError(
    `Expected actual: "${show(actual)}" to include: "${show(expected)}"${
      because(msg)
    }\nmissing: ${show(missing)}`,
  );
}

/** Keeps of `actual` only what `expected` names, at every depth. */
function pick(actual: unknown, expected: unknown): unknown {
  if (Array.isArray(actual) && Array.isArray(expected)) {
    return expected.map((item, index) => pick(actual[index], item));
  }
  const keys = plainKeys(expected);
  if (keys === null || plainKeys(actual) === null) return actual;
  const present = keys.filter((key) => key in (actual as object));
  return Object.fromEntries(
    present.map((key) => [
      key,
      pick(
        Reflect.get(actual as object, key),
        Reflect.get(expected as object, key),
      ),
    ]),
  );
}

function plainKeys(value: unknown): PropertyKey[] | null {
  const isPlain = typeof value === "object" && value !== null &&
    !(value instanceof Date) && !(value instanceof RegExp) &&
    !(value instanceof Map) && !(value instanceof Set) && !Array.isArray(value);
  return isPlain ? Reflect.ownKeys(value) : null;
}

/** Asserts that `actual` has at least what `expected` has. */
export function assertObjectMatch(
  actual: Record<PropertyKey, unknown>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  assertEquals(pick(actual, expected), pick(expected, expected), msg);
}

/** Asserts that the value is an instance of the class. */
export function assertInstanceOf<
  // deno-lint-ignore no-explicit-any
  T extends abstract new (...args: any[]) => any,
>(
  actual: unknown,
  expectedType: T,
  msg?: string,
): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  throw new AssertionError(
    `Expected object to be an instance of "${expectedType.name}" but was ${
      show(actual)
    }${because(msg)}`,
  );
}

function ordered(name: string, holds: (a: never, b: never) => boolean) {
  return <T>(actual: T, expected: T, msg?: string): void => {
    if (holds(actual as never, expected as never)) return;
    throw new AssertionError(
      `Expect ${show(actual)} ${name} ${show(expected)}${because(msg)}`,
    );
  };
}

/** Asserts `actual > expected`. */
export const assertGreater = ordered(">", (a, b) => a > b);
/** Asserts `actual >= expected`. */
export const assertGreaterOrEqual = ordered(">=", (a, b) => a >= b);
/** Asserts `actual < expected`. */
export const assertLess = ordered("<", (a, b) => a < b);
/** Asserts `actual <= expected`. */
export const assertLessOrEqual = ordered("<=", (a, b) => a <= b);

/** Asserts that two numbers differ by no more than the tolerance. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance = Math.abs(expected) * 1e-7,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  if (Math.abs(expected - actual) <= tolerance) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to be close to "${expected}" (± ${tolerance})${
      because(msg)
    }`,
  );
}

/** Asserts that the value is an error of the class, with the text in its message. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorType?: ErrorClass<E>,
  expected?: string | RegExp,
  msg?: string,
): asserts error is E {
  const type: ErrorClass<Error> = ErrorType ?? Error;
  if (!(error instanceof type)) {
    throw new AssertionError(
      `Expected error to be instance of "${type.name}", but was ${show(error)}${
        because(msg)
      }`,
    );
  }
  const found = expected instanceof RegExp
    ? expected.test(error.message)
    : error.message.includes(expected ?? "");
  if (found) return;
  throw new AssertionError(
    `Expected error message to include ${show(expected)}, but got ${
      show(error.message)
    }${because(msg)}`,
  );
}

/** Asserts that the function throws, and returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Asserts that the function throws such an error, and returns it. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorType: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error>(
  fn: () => unknown,
  typeOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  try {
    fn();
  } catch (error) {
    return checkThrown(error, typeOrMsg, msgIncludes, msg);
  }
  throw new AssertionError("Expected function to throw.");
}

/** Asserts that the promise rejects, and returns what it rejected with. */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/** Asserts that the promise rejects with such an error, and returns it. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorType: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error>(
  fn: () => PromiseLike<unknown>,
  typeOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch {
    throw new AssertionError("Function throws when expected to reject.");
  }
  try {
    await promise;
  } catch (error) {
    return checkThrown(error, typeOrMsg, msgIncludes, msg);
  }
  throw new AssertionError("Expected function to reject.");
}

function checkThrown<E extends Error>(
  error: unknown,
  typeOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  if (typeof typeOrMsg === "function") {
    assertIsError(error, typeOrMsg, msgIncludes, msg);
  }
  return error;
}
