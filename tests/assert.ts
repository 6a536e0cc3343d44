// The part of @std/assert that the tests use, on top of node:assert. Where JSR can
// be reached, the import map may name the real one instead: nothing else changes.

import assertStrict from "node:assert/strict";

/** Fails unless `condition` is truthy. */
export function assert(
  condition: unknown,
  message?: string,
): asserts condition {
  assertStrict.ok(condition, message);
}

/** Fails unless both are deeply and strictly equal. */
export function assertEquals<T>(
  actual: T,
  expected: T,
  message?: string,
): void {
  assertStrict.deepStrictEqual(actual, expected, message);
}

/** Fails if both are deeply and strictly equal. */
export function assertNotEquals<T>(
  actual: T,
  expected: T,
  message?: string,
): void {
  assertStrict.notDeepStrictEqual(actual, expected, message);
}

/** Fails unless `actual` matches `expected`. */
export function assertMatch(
  actual: string,
  expected: RegExp,
  message?: string,
): void {
  assertStrict.match(actual, expected, message);
}

/** Fails if `actual` matches `expected`. */
export function assertNotMatch(
  actual: string,
  expected: RegExp,
  message?: string,
): void {
  assertStrict.doesNotMatch(actual, expected, message);
}

/** Fails unless `actual` contains `expected`. */
export function assertStringIncludes(
  actual: string,
  expected: string,
  message?: string,
): void {
  assertStrict.ok(
    actual.includes(expected),
    message ??
      `Expected ${JSON.stringify(actual)} to contain ${JSON.stringify(expected)}`,
  );
}

/** Fails unless `fn` throws; returns what it threw. */
export function assertThrows(fn: () => unknown, message?: string): unknown {
  try {
    fn();
  } catch (error) {
    return error;
  }
  assertStrict.fail(message ?? "Expected the function to throw");
}

/** Fails unless the promise that `fn` returns is rejected; returns the reason. */
export async function assertRejects(
  fn: () => Promise<unknown>,
  message?: string,
): Promise<unknown> {
  try {
    await fn();
  } catch (error) {
    return error;
  }
  assertStrict.fail(message ?? "Expected the promise to be rejected");
}
