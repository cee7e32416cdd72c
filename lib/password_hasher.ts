/** Hashes passwords in a thread of their own, a bounded number at a time. */
import { Refusal } from "./errors.ts";

/** A call to the thread: to hash, or to verify when there is a hash. */
export interface HashCall {
  ref: number;
  password: string;
  hash?: string;
}

/** Its answer; without a result it failed. */
export interface HashAnswer {
  ref: number;
  result?: string | boolean;
}

/** Passwords that may wait for the thread: about two seconds of them. */
const LONGEST_QUEUE = 32;

interface Waiting {
  resolve(result: string | boolean): void;
  reject(reason: Refusal): void;
}

/** Argon2id off the event loop; the thread starts with the first password. */
export class PasswordHasher {
  #worker: Worker | undefined;
  #waiting = new Map<number, Waiting>();
  #lastRef = 0;
  /** How many passwords were hashed or verified: the same work for everybody. */
  done = 0;

  /** What is stored of a password: an encoded hash with its salt and costs. */
  async hash(password: string): Promise<string> {
    return await this.#call({ password }) as string;
  }

  /**
   * Whether the password belongs to the hash. Without a hash it does the same
   * work, so that the time tells nobody which names have passwords. Refused
   * with `too_fast` while too many wait.
   */
  async verify(password: string, hash: string | null): Promise<boolean> {
    const call = hash === null ? { password } : { password, hash };
    return await this.#call(call) === true;
  }

  /** Ends the thread; what waits is refused. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#refuseAll("stopping");
  }

  #call(call: Omit<HashCall, "ref">): Promise<string | boolean> {
    if (this.#waiting.size >= LONGEST_QUEUE) {
      return Promise.reject(new Refusal("too_fast", 2_000));
    }
    const ref = ++this.#lastRef;
    return new Promise((resolve, reject) => {
      this.#waiting.set(ref, { resolve, reject });
      this.#start().postMessage({ ref, ...call } satisfies HashCall);
    });
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    const url = new URL("./password_worker.ts", import.meta.url);
    const worker = new Worker(url, { type: "module", name: "passwords" });
    worker.onmessage = ({ data }) => this.#settle(data);
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      if (this.#worker === worker) this.#worker = undefined;
      this.#refuseAll("internal");
    };
    return this.#worker = worker;
  }

  #settle({ ref, result }: HashAnswer): void {
    const waiting = this.#waiting.get(ref);
    this.#waiting.delete(ref);
    this.done++;
    if (result !== undefined) return waiting?.resolve(result);
    waiting?.reject(new Refusal("internal"));
  }

  #refuseAll(code: "stopping" | "internal"): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const one of waiting) one.reject(new Refusal(code));
  }
}
