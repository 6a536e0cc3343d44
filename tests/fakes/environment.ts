// An environment of a test's own.

import process from "node:process";

/**
 * Runs `use` with nothing but these variables. The process's own environment stays as it
 * is, for it belongs to all test files that run at the same time; that is also why `use`
 * can't be asynchronous.
 */
export function withEnvironment<T>(variables: Readonly<Record<string, string>>, use: () => T): T {
  const real = process.env;
  process.env = { ...variables };
  try {
    return use();
  } finally {
    process.env = real;
  }
}
