/** What browsers send of passkeys, as far as it must be of the right type. */
import type {
  AuthenticationResponseJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/server";
import * as v from "valibot";

/** Base64url. */
const bytes = v.pipe(v.string(), v.regex(/^[\w-]+$/), v.maxLength(16_384));

const common = {
  id: bytes,
  rawId: bytes,
  type: v.literal("public-key"),
  clientExtensionResults: v.optional(v.looseObject({}), {}),
};

/** A passkey that was made. */
export const addedPasskey: v.GenericSchema<unknown, RegistrationResponseJSON> =
  v.object({
    ...common,
    response: v.object({
      clientDataJSON: bytes,
      attestationObject: bytes,
      transports: v.optional(
        v.pipe(
          v.array(v.pipe(v.string(), v.regex(/^[a-z-]{1,20}$/))),
          v.maxLength(10),
        ),
        [],
      ),
    }),
  }) as v.GenericSchema<unknown, RegistrationResponseJSON>;

/** A passkey's signature. */
export const usedPasskey: v.GenericSchema<
  unknown,
  AuthenticationResponseJSON
> = v.object({
  ...common,
  response: v.object({
    clientDataJSON: bytes,
    authenticatorData: bytes,
    signature: bytes,
    userHandle: v.optional(bytes),
  }),
}) as v.GenericSchema<unknown, AuthenticationResponseJSON>;
