/** A server that speaks S3, over a folder of its own. */
import aws4 from "aws4";
import S3rver from "s3rver";
import type { S3Settings } from "../../lib/files/s3_settings.ts";
import { freePort } from "../../tasks/free_port.ts";

const BUCKET = "atoll-files";

/** What is used of Koa, on which the server is built. */
interface KoaContext {
  method: string;
  url: string;
  headers: Record<string, string>;
  status: number;
  body: string;
}

/** npm's `s3rver`, and before it a check of signatures, which it leaves out. */
export class S3Server {
  readonly port: number = freePort();
  readonly folder: string;
  #server: {
    run(): Promise<unknown>;
    close(): Promise<void>;
    middleware: ((ctx: KoaContext, next: () => unknown) => unknown)[];
  } | undefined;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Starts a server with an empty bucket. */
  static async start(): Promise<S3Server> {
    const server = new S3Server(await Deno.makeTempDir());
    await server.restart();
    return server;
  }

  /** Who may use the bucket, and where it is. */
  get settings(): S3Settings {
    return {
      address: `${this.endpoint}/${BUCKET}/files/`,
      ...{ region: "eu-west-1", accessKeyId: "S3RVER" },
      secretAccessKey: "S3RVER",
    };
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The same as a setting says it. */
  get url(): string {
    return `s3://${BUCKET}/files?endpoint=${this.endpoint}`;
  }

  /** Starts it (again): what was stored is there. */
  async restart(): Promise<void> {
    this.#server = new S3rver({
      ...{ address: "127.0.0.1", port: this.port, silent: true },
      directory: this.folder,
      configureBuckets: [{ name: BUCKET }],
    });
    this.#server!.middleware.unshift((ctx, next) => {
      if (isSigned(ctx, this.settings)) return next();
      ctx.status = 403;
      ctx.body = "<Error><Code>SignatureDoesNotMatch</Code></Error>";
      return undefined;
    });
    await this.#server!.run();
  }

  /** Nobody answers any more. */
  async stop(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  /** Keys of what is stored, below the bucket's folder. */
  async keys(): Promise<string[]> {
    const found: string[] = [];
    const start = `${this.folder}/${BUCKET}/files`;
    const visit = async (folder: string) => {
      const entries = await Array.fromAsync(Deno.readDir(folder))
        .catch(() => []);
      for (const { name, isDirectory } of entries) {
        if (isDirectory) await visit(`${folder}/${name}`);
        else if (name.endsWith("_object")) {
          found.push(`${folder}/${name}`.slice(start.length + 1));
        }
      }
    };
    await visit(start);
    return found.map((name) => name.replace(/\._S3rver_object$/, "")).sort();
  }

  /** Stops it and removes what it stored. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Whether another library makes the same signature of the headers that are signed. */
function isSigned(
  { method, url, headers }: KoaContext,
  { region, accessKeyId, secretAccessKey }: S3Settings,
): boolean {
  const given = headers.authorization ?? "";
  const names = /SignedHeaders=([^,]+)/.exec(given)?.[1]?.split(";") ?? [];
  const request = {
    ...{ method, path: url, host: headers.host, service: "s3", region },
    headers: Object.fromEntries(names.map((name) => [name, headers[name]])),
  };
  aws4.sign(request, { accessKeyId, secretAccessKey });
  const signatureOf = (text = "") => /Signature=(\w+)/.exec(text)?.[1];
  const { Authorization } = request.headers as Record<string, string>;
  return signatureOf(given) !== undefined &&
    signatureOf(given) === signatureOf(Authorization);
}
