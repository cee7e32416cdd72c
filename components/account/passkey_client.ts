/** The browser's side of passkeys; what speaks to the authenticator is loaded when needed. */
import type { ErrorCode } from "../../lib/protocol.ts";

/** What went wrong, for `t.error`; a cancelled prompt is no error. */
export class PasskeyError extends Error {
  /** The server's code, or `passkey_failed` when the browser gave up. */
  readonly code: ErrorCode;

  /** Makes the error. */
  constructor(code: ErrorCode) {
    super(code);
    this.code = code;
  }
}

/** Whether this page may use passkeys: browsers allow it over HTTPS and on localhost. */
export function canUsePasskeys(): boolean {
  return isSecureContext && typeof PublicKeyCredential === "function";
}

/** Makes a passkey; gives recovery codes with the first credential. */
export async function addPasskey(name: string): Promise<string[] | null> {
  const { startRegistration } = await library();
  const optionsJSON = await optionsFor("add");
  const response = await prompted(startRegistration({ optionsJSON }));
  const { codes } = await post("/api/account/passkeys", { name, response });
  return codes;
}

/** Signs in with a passkey; `autofill` waits until one is chosen in a text box. */
export async function signInByPasskey(autofill: boolean): Promise<void> {
  await post("/api/session", { passkey: await signature(autofill) });
}

/** Proves with a passkey who is sitting here. */
export async function proveByPasskey(): Promise<void> {
  await post("/api/account/proof", { passkey: await signature(false) });
}

/** Whether the browser offers passkeys in text boxes. */
export async function canAutofill(): Promise<boolean> {
  if (!canUsePasskeys()) return false;
  return await (await library()).browserSupportsWebAuthnAutofill();
}

async function signature(useBrowserAutofill: boolean) {
  const { startAuthentication } = await library();
  const optionsJSON = await optionsFor("sign_in");
  return await prompted(
    startAuthentication({ optionsJSON, useBrowserAutofill }),
  );
}

const library = () => import("@simplewebauthn/browser");

async function optionsFor(purpose: "add" | "sign_in") {
  const path = "/api/account/passkeys/options";
  const { options } = await post(path, { for: purpose });
  return options;
}

/** A prompt that was dismissed or failed: the browser doesn't tell which. */
async function prompted<T>(prompt: Promise<T>): Promise<T> {
  try {
    return await prompt;
  } catch {
    throw new PasskeyError("passkey_failed");
  }
}

async function post(path: string, body: unknown) {
  const answer = await fetch(path, {
    method: "POST",
    body: JSON.stringify(body),
  }).catch(() => null);
  if (answer === null) throw new PasskeyError("unavailable");
  const text = await answer.text();
  const value = text === "" ? {} : JSON.parse(text);
  if (!answer.ok) throw new PasskeyError(value.error?.code ?? "internal");
  return value;
}
