/** Codes that let somebody in, in links or on paper: each is a secret that can be typed. */

/** Without letters and digits that are easily taken for each other (Crockford). */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** A new code: four letters of 5 random bits in each group, `7k3f-…`. */
export function newCode(groups: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(4 * groups));
  const letters = Array.from(bytes, (byte) => ALPHABET[byte % 32]).join("");
  return letters.match(/.{4}/g)!.join("-");
}

/**
 * What is stored of a code, however it was typed: SHA-256, which is enough
 * for 80 random bits.
 */
export async function hashCode(code: string): Promise<Uint8Array> {
  const letters = code.slice(0, 100).normalize("NFKC").toLowerCase()
    .replace(/[^a-z0-9]/g, "").replace(/o/g, "0").replace(/[il]/g, "1");
  const bytes = new TextEncoder().encode(letters);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
