/** A passkey in software, which also does what real ones never would. */
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/server";

type Bytes = Uint8Array<ArrayBuffer>;

const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;
/** The person was there (bit 0) and was recognised (bit 2). */
const FLAGS = 0b101;
/** A new credential follows. */
const ATTESTED = 0b1000000;

/** One passkey for pages of `origin`. */
export class SoftPasskey {
  origin: string;
  counter = 0;
  readonly #id: Bytes = crypto.getRandomValues(new Uint8Array(16));
  readonly #keys: CryptoKeyPair;

  private constructor(origin: string, keys: CryptoKeyPair) {
    this.origin = origin;
    this.#keys = keys;
  }

  static async make(origin: string): Promise<SoftPasskey> {
    const usages = ["sign", "verify"] as const;
    const keys = await crypto.subtle.generateKey(P256, true, usages);
    return new SoftPasskey(origin, keys);
  }

  /** The credential's id. */
  get id(): string {
    return base64url(this.#id);
  }

  /** What a browser sends of a new passkey. */
  async register({ challenge }: PublicKeyCredentialCreationOptionsJSON) {
    const length = new Uint8Array([0, this.#id.length]);
    const attested = join(new Uint8Array(16), length, this.#id);
    const data = join(
      await this.#authenticatorData(FLAGS | ATTESTED),
      attested,
      await this.#coseKey(),
    );
    // {"fmt": "none", "attStmt": {}, "authData": bytes}, as CBOR.
    const attestation = join(
      new Uint8Array([0xa3]),
      cborText("fmt"),
      cborText("none"),
      cborText("attStmt"),
      new Uint8Array([0xa0]),
      cborText("authData"),
      new Uint8Array([0x59, data.length >> 8, data.length & 255]),
      data,
    );
    return this.#credential({
      clientDataJSON: this.#clientData("webauthn.create", challenge),
      attestationObject: base64url(attestation),
      transports: ["internal"],
    });
  }

  /** What a browser sends to sign in. */
  async sign({ challenge }: PublicKeyCredentialRequestOptionsJSON) {
    this.counter++;
    const data = await this.#authenticatorData(FLAGS);
    const clientDataJSON = this.#clientData("webauthn.get", challenge);
    const client = Uint8Array.fromBase64(clientDataJSON, {
      alphabet: "base64url",
    });
    const raw = await crypto.subtle.sign(
      { name: "ECDSA", hash: "SHA-256" },
      this.#keys.privateKey,
      join(data, await sha256(client)),
    );
    return this.#credential({
      clientDataJSON,
      authenticatorData: base64url(data),
      signature: base64url(derOf(new Uint8Array(raw))),
    });
  }

  #credential<T>(response: T) {
    const type = "public-key" as const;
    const clientExtensionResults = {};
    const { id } = this;
    return { id, rawId: id, type, response, clientExtensionResults };
  }

  #clientData(type: string, challenge: string): string {
    const client = { type, challenge, origin: this.origin };
    return base64url(new TextEncoder().encode(JSON.stringify(client)));
  }

  async #authenticatorData(flags: number): Promise<Bytes> {
    const site = new TextEncoder().encode(new URL(this.origin).hostname);
    const tail = new Uint8Array(5);
    tail[0] = flags;
    new DataView(tail.buffer).setUint32(1, this.counter);
    return join(await sha256(site), tail);
  }

  /** {1: EC2, 3: ES256, -1: P-256, -2: x, -3: y}, as CBOR. */
  async #coseKey(): Promise<Bytes> {
    const key = await crypto.subtle.exportKey("raw", this.#keys.publicKey);
    const [x, y] = [new Uint8Array(key, 1, 32), new Uint8Array(key, 33, 32)];
    return join(
      new Uint8Array([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]),
      x,
      new Uint8Array([0x22, 0x58, 32]),
      y,
    );
  }
}

function cborText(text: string): Bytes {
  const bytes = new TextEncoder().encode(text);
  return join(new Uint8Array([0x60 + bytes.length]), bytes);
}

/** WebCrypto gives both numbers of a signature as they are; passkeys send DER. */
function derOf(raw: Bytes): Bytes {
  const number = (bytes: Bytes) => {
    let start = 0;
    while (start < 31 && bytes[start] === 0) start++;
    const rest = bytes.slice(start);
    const body = rest[0]! > 127 ? join(new Uint8Array(1), rest) : rest;
    return join(new Uint8Array([2, body.length]), body);
  };
  const both = join(number(raw.slice(0, 32)), number(raw.slice(32)));
  return join(new Uint8Array([0x30, both.length]), both);
}

async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

function base64url(bytes: Bytes): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

function join(...parts: Bytes[]): Bytes {
  const joined = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
