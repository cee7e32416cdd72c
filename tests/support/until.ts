/** Milliseconds; less where mistakes are made, which let many wait in vain. */
const PATIENCE = Number(Deno.env.get("ATOLL_TEST_PATIENCE") ?? 60_000);

/** Waits for a condition, turn by turn, without naming a time. */
export async function until(
  condition: () => boolean,
  what = condition.toString(),
): Promise<void> {
  const giveUp = performance.now() + PATIENCE;
  while (!condition()) {
    if (performance.now() > giveUp) {
      throw new Error(`Waited in vain for ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Lets everything run that is ready to: a few turns of the event loop. */
export async function turns(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
