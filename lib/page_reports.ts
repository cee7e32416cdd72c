/** What pages report of what should never happen (C2). */
import { Refusal } from "./errors.ts";
import { log } from "./logging.ts";
import { metrics } from "./metrics.ts";
import type { DeliveryCounts } from "./protocol.ts";
import { RateLimiter } from "./rate_limiter.ts";

/** A page reports once a minute and room; one person has several. */
const REPORT_RATE = { perSecond: 1, burst: 20 };

/** Counts reports, and logs each in a line. */
export class PageReports {
  readonly #limiter = new RateLimiter(REPORT_RATE);

  /** Takes the counts of one page in one room; throws a `Refusal` with `too_fast`. */
  take(person: string, room: string, counts: DeliveryCounts): void {
    const wait = this.#limiter.take(person);
    if (wait > 0) throw new Refusal("too_fast", wait);
    const { gaps, doubles, reorders } = counts;
    if (gaps + doubles + reorders === 0) return;
    metrics.findings.add("gaps", gaps);
    metrics.findings.add("doubles", doubles);
    metrics.findings.add("reorders", reorders);
    log(
      `A page counted gaps ${gaps}, doubles ${doubles}, reorders ${reorders} in room ${room}`,
    );
  }
}
