/**
 * What the process counts, for `/metrics`. Counting is an addition, cheap
 * enough for what happens a hundred thousand times a second.
 */
import { ERRORS } from "./errors.ts";
import {
  Counter,
  Histogram,
  LabelledCounter,
  type Metric,
  Sample,
} from "./metrics/prometheus.ts";
import { CLOSE, SUBPROTOCOL } from "./protocol.ts";

/** Milliseconds between two looks at how late timers run. */
const LOOP_INTERVAL = 500;

/** Codes with which connections end, besides our own: the standard's. */
const STANDARD_CODES = [1000, 1001, 1002, 1005, 1006, 1007, 1008, 1009];

/** All that is counted as it happens. */
export const metrics = {
  received: new Counter(
    "atoll_frames_received_total",
    "Frames that came over sockets.",
  ),
  sent: new Counter("atoll_frames_sent_total", "Frames sent over sockets."),
  appended: new Counter(
    "atoll_entries_appended_total",
    "Entries stored in rooms' logs; one that came again is not counted again.",
  ),
  append: new Histogram(
    "atoll_append_seconds",
    "From the moment an entry is handed to the log until it is on disk.",
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  ),
  flush: new Histogram(
    "atoll_flush_entries",
    "Entries in one frame to one connection.",
    [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000],
  ),
  closed: new LabelledCounter(
    "atoll_connections_closed_total",
    "Connections that ended, by close code.",
    "code",
    [...Object.values(CLOSE), ...STANDARD_CODES].map(String),
  ),
  turnedAway: new Counter(
    "atoll_connections_refused_total",
    "Connections that ended at once, since their address had too many.",
  ),
  refused: new LabelledCounter(
    "atoll_refusals_total",
    "Frames and requests that were refused, by error code.",
    "code",
    Object.keys(ERRORS),
  ),
  findings: new LabelledCounter(
    "atoll_page_findings_total",
    "What should never happen, as pages counted it: must stay 0.",
    "finding",
    ["gaps", "doubles", "reorders"],
  ),
  signals: new LabelledCounter(
    "atoll_signals_total",
    "News between machines: told, heard, lost before they were told, and what could not be read.",
    "what",
    ["sent", "heard", "lost", "unread"],
  ),
  loop: new Histogram(
    "atoll_event_loop_delay_seconds",
    "How late a timer ran: that long everything else waited too.",
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  ),
} as const;

/** What is so at the moment. */
export interface Levels {
  connections: number;
  /** Rooms on at least one screen. */
  rooms: number;
  /** Rooms on screens, counted once for each connection. */
  subscriptions: number;
  /** Connections that read more slowly than they are sent to. */
  slow: number;
}

/** The page for Prometheus. */
export function metricsText(levels: Levels): string {
  return [...Object.values(metrics), ...samples(levels)]
    .map(({ text }) => text).join("");
}

/** Looks at the event loop from now on; the returned function ends that. */
export function watchEventLoop(): () => void {
  let due = performance.now() + LOOP_INTERVAL;
  const timer = setInterval(() => {
    const now = performance.now();
    metrics.loop.observe(Math.max(0, now - due) / 1_000);
    due = now + LOOP_INTERVAL;
  }, LOOP_INTERVAL);
  return () => clearInterval(timer);
}

function samples(levels: Levels): Metric[] {
  const { rss, heapUsed } = Deno.memoryUsage();
  const gauge = (name: string, help: string, value: number, labels = {}) =>
    new Sample(name, help, "gauge", value, labels);
  return [
    new Sample(
      "atoll_deliveries_total",
      "Entries sent, once for each connection.",
      "counter",
      metrics.flush.sum,
    ),
    gauge("atoll_connections", "Open sockets.", levels.connections),
    gauge("atoll_rooms_open", "Rooms on a screen.", levels.rooms),
    gauge(
      "atoll_subscriptions",
      "Rooms on screens, once for each connection.",
      levels.subscriptions,
    ),
    gauge(
      "atoll_connections_slow",
      "Connections that wait for the network.",
      levels.slow,
    ),
    gauge("process_resident_memory_bytes", "Memory of the process.", rss),
    gauge("atoll_heap_used_bytes", "Memory that JavaScript uses.", heapUsed),
    gauge(
      "process_start_time_seconds",
      "When the process started, in seconds since 1970.",
      performance.timeOrigin / 1_000,
    ),
    gauge("atoll_build_info", "What runs.", 1, {
      protocol: SUBPROTOCOL,
      deno: Deno.version.deno,
      v8: Deno.version.v8,
    }),
  ];
}
