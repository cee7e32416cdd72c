/**
 * The thread that hashes passwords: a hash takes some 70 ms, in which nobody
 * else could be served. It takes one call after another.
 */
import { argon2id, argon2Verify } from "hash-wasm";
import type { HashAnswer, HashCall } from "./password_hasher.ts";

/**
 * Argon2id with 19 MiB and two passes, the least that OWASP recommends: more
 * memory slowed WebAssembly more than it would slow an attacker.
 */
const COST = { memorySize: 19 * 1024, iterations: 2, parallelism: 1 };

let busy: Promise<void> = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<HashCall>) => {
  busy = busy.then(async () => self.postMessage(await answer(data)));
};

/** Stands in for an empty password, which the library refuses: nobody's has one sign. */
const EMPTY = "\0";

async function answer(call: HashCall): Promise<HashAnswer> {
  const { ref, hash } = call;
  const password = call.password || EMPTY;
  try {
    const result = hash === undefined
      ? await hashed(password)
      : await argon2Verify({ password, hash });
    return { ref, result };
  } catch {
    // Nothing of a password may get into a log, so no message either.
    return { ref };
  }
}

function hashed(password: string): Promise<string> {
  return argon2id({
    password,
    salt: crypto.getRandomValues(new Uint8Array(16)),
    hashLength: 32,
    outputType: "encoded",
    ...COST,
  });
}
