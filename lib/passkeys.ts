/** Passkeys (WebAuthn): adding them, and signing in with them. */
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/server";
import type { Attempts } from "./attempts.ts";
import type { Challenges } from "./challenges.ts";
import {
  type Credentials,
  mintCodes,
  passkeyName,
  type Visit,
} from "./credentials.ts";
import type { Database } from "./db/open.ts";
import { Refusal } from "./errors.ts";
import {
  type Newcomer,
  personOf,
  type Session,
  type Sessions,
} from "./sessions.ts";

/** Where a passkey belongs and who answers: the browser's site, and its cookie. */
export interface PasskeySite {
  /** Such as `https://chat.example.org`. */
  origin: string;
  /** What binds a challenge to the browser that asked for it. */
  browser: string;
}

/** What passkeys need. */
export interface PasskeysOptions {
  db: Database;
  sessions: Sessions;
  credentials: Credentials;
  challenges: Challenges;
  attempts: Attempts;
  now?: () => number;
}

/**
 * The user's gesture is enough: a device without a lock still has the key.
 * https://passkeys.dev/docs/use-cases/bootstrapping/
 */
const VERIFICATION = "preferred";

/** Adds passkeys and checks their signatures. */
export class Passkeys {
  readonly #db: Database;
  readonly #sessions: Sessions;
  readonly #credentials: Credentials;
  readonly #challenges: Challenges;
  readonly #attempts: Attempts;
  readonly #now: () => number;

  /** Passkeys in the given database. */
  constructor(options: PasskeysOptions) {
    this.#db = options.db;
    this.#sessions = options.sessions;
    this.#credentials = options.credentials;
    this.#challenges = options.challenges;
    this.#attempts = options.attempts;
    this.#now = options.now ?? Date.now;
  }

  /** What a browser needs to make a passkey; refused with `proof_needed` or `too_fast`. */
  async addOptions(
    session: Session,
    { origin, browser }: PasskeySite,
    address: string,
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    await this.#credentials.requireProof(session);
    this.#attempts.challenge(address);
    const { id, name } = session.person;
    const { passkeys } = await this.#credentials.of(id);
    const { generateRegistrationOptions } = await webauthn();
    const options = await generateRegistrationOptions({
      rpName: "Atoll",
      rpID: siteOf(origin),
      userID: Uint8Array.fromHex(id.replaceAll("-", "")),
      userName: name,
      userDisplayName: name,
      excludeCredentials: passkeys.map((passkey) => ({ id: passkey.id })),
      authenticatorSelection: {
        residentKey: "required",
        userVerification: VERIFICATION,
      },
    });
    await this.#challenges.put(options.challenge, { browser, person: id });
    return options;
  }

  /**
   * Adds the passkey that a browser made; gives recovery codes when it is the
   * first credential. Refused with `passkey_failed`.
   */
  async add(
    session: Session,
    site: PasskeySite,
    { name, response }: { name: string; response: RegistrationResponseJSON },
  ): Promise<string[] | null> {
    await this.#credentials.requireProof(session);
    const person = session.person.id;
    const { credential } = await this.#verifyAdded(person, site, response);
    const { codes, hashes } = await mintCodes();
    const { first } = await this.#db.write("addPasskey", {
      person,
      credential: credential.id,
      name: passkeyName(name),
      publicKey: credential.publicKey,
      counter: credential.counter,
      transports: (credential.transports ?? []).join(" "),
      now: this.#now(),
      codes: hashes,
    });
    await this.#sessions.prove(session);
    return first ? codes : null;
  }

  /** What a browser needs to sign in with whichever passkey it has; refused with `too_fast`. */
  async signInOptions(
    { origin, browser }: PasskeySite,
    address: string,
  ): Promise<PublicKeyCredentialRequestOptionsJSON> {
    this.#attempts.challenge(address);
    const { generateAuthenticationOptions } = await webauthn();
    const options = await generateAuthenticationOptions({
      rpID: siteOf(origin),
      userVerification: VERIFICATION,
    });
    const holder = { browser, person: null };
    await this.#challenges.put(options.challenge, holder);
    return options;
  }

  /** Lets in who holds a passkey; refused with `passkey_failed`. */
  async signIn(
    site: PasskeySite,
    response: AuthenticationResponseJSON,
    { address, device }: Visit,
  ): Promise<Newcomer> {
    this.#attempts.take(address, null);
    const person = await this.#verify(site, response);
    return await this.#sessions.signIn(person, device);
  }

  /** Notes that the person of a session holds one of their passkeys. */
  async prove(
    session: Session,
    site: PasskeySite,
    response: AuthenticationResponseJSON,
  ): Promise<void> {
    const person = await this.#verify(site, response);
    if (person.id !== session.person.id) throw new Refusal("passkey_failed");
    await this.#sessions.prove(session);
  }

  async #verifyAdded(
    person: string,
    site: PasskeySite,
    response: RegistrationResponseJSON,
  ) {
    const holder = { browser: site.browser, person };
    const { verifyRegistrationResponse } = await webauthn();
    const { registrationInfo } = await verified(verifyRegistrationResponse({
      response,
      expectedChallenge: (challenge) =>
        this.#challenges.take(challenge, holder),
      expectedOrigin: site.origin,
      expectedRPID: siteOf(site.origin),
      requireUserVerification: false,
    }));
    return registrationInfo!;
  }

  async #verify(site: PasskeySite, response: AuthenticationResponseJSON) {
    const found = await this.#find(response.id);
    if (!found) throw new Refusal("passkey_failed");
    const { verifyAuthenticationResponse } = await webauthn();
    const holder = { browser: site.browser, person: null };
    const { authenticationInfo } = await verified(
      verifyAuthenticationResponse({
        response,
        expectedChallenge: (challenge) =>
          this.#challenges.take(challenge, holder),
        expectedOrigin: site.origin,
        expectedRPID: siteOf(site.origin),
        credential: {
          id: response.id,
          publicKey: new Uint8Array(found.public_key),
          counter: found.counter,
        },
        requireUserVerification: false,
      }),
    );
    const counter = authenticationInfo.newCounter;
    const use = { credential: response.id, counter, now: this.#now() };
    await this.#db.write("usePasskey", use);
    return personOf(found);
  }

  #find(credential: string) {
    return this.#db.read.selectFrom("passkeys")
      .innerJoin("persons", "persons.id", "passkeys.person")
      .where("credential", "=", credential)
      .select(["persons.id", "persons.name", "persons.picture"])
      .select(["public_key", "counter"]).executeTakeFirst();
  }
}

/** Loaded with the first passkey: it takes 300 ms and 28 MB. */
const webauthn = () => import("@simplewebauthn/server");

/**
 * What fails is not for the log: anybody can send anything. A database that is
 * away is no fault of the passkey.
 */
async function verified<T extends { verified: boolean }>(
  result: Promise<T>,
): Promise<T> {
  const checked = await result.catch((error) => {
    if (error instanceof Refusal) throw error;
    return null;
  });
  if (!checked?.verified) throw new Refusal("passkey_failed");
  return checked;
}

/** The name that passkeys are bound to (relying party): the host without its port. */
function siteOf(origin: string): string {
  return new URL(origin).hostname;
}
