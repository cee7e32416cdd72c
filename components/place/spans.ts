/** For how long something holds. */

/** Whether a time, in milliseconds since 1970, stands for none. */
export function isForEver(until: number): boolean {
  return until > Date.UTC(9000, 0);
}

/** Until when a form's measure lasts, in milliseconds since 1970; null for ever. */
export function untilOf(
  form: { get(name: string): FormDataEntryValue | null },
  now: number,
): number | null {
  const span = String(form.get("span") ?? "");
  if (span === "") return null;
  const hours = Number(form.get("hours"));
  const custom = hours > 0 ? hours * 3_600_000 : 3_600_000;
  return Math.round(now + (span === "custom" ? custom : Number(span)));
}
