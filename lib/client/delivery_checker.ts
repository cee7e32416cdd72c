/**
 * Proves delivery: told what was written and acknowledged and what each
 * viewer was sent and shows, it counts what was lost, doubled, reordered,
 * invented, and what differs from the fold of the log (C2), or was refused
 * though the log has it (L3).
 *
 * For simulations and tests, which know the whole log at the end, and for
 * pages, which know only what came over their socket.
 */
import type {
  ClientFrame,
  Entry,
  ErrorFrame,
  ServerFrame,
} from "../protocol.ts";
import { type DeliveryReport, Findings } from "./delivery_findings.ts";
import { type Gone, KnownLog, type Written } from "./delivery_log.ts";
import { Stream } from "./delivery_stream.ts";
import { type RoomView, Screen } from "./delivery_view.ts";

export type { DeliveryReport, Finding } from "./delivery_findings.ts";
export { FINDINGS, summaryOf } from "./delivery_findings.ts";
export type { Gone, RoomView, Written };

/** Compares what viewers saw with each other and with the log. */
export class DeliveryChecker {
  readonly #findings = new Findings();
  readonly #logs = new Map<string, KnownLog>();
  readonly #viewers: Viewer[] = [];

  /** Someone who writes and reads, over one connection after the other. */
  viewer(name: string, person?: string): Viewer {
    const viewer = new Viewer({
      ...{ name, person, findings: this.#findings },
      logOf: (room) => this.#logOf(room),
    });
    this.#viewers.push(viewer);
    return viewer;
  }

  /**
   * A room's whole log, from its floor on. What was seen before must be in
   * it, or have a place among what is gone; what is seen afterwards must be
   * like it, deleted texts blanked.
   */
  log(room: string, entries: readonly Entry[], gone?: Gone): void {
    this.#logOf(room).complete(entries, this.#findings, gone);
  }

  /** Counts something that only the caller can know to be wrong. */
  add(...finding: Parameters<Findings["add"]>): void {
    this.#findings.add(...finding);
  }

  /** All that is wrong so far; what is still under way counts as lost. */
  report(): DeliveryReport {
    const findings = new Findings(this.#findings);
    for (const viewer of this.#viewers) viewer.check(findings);
    return findings.report;
  }

  #logOf(room: string): KnownLog {
    let log = this.#logs.get(room);
    if (!log) this.#logs.set(room, log = new KnownLog(room));
    return log;
  }
}

interface ViewerOptions {
  name: string;
  person: string | undefined;
  findings: Findings;
  logOf: (room: string) => KnownLog;
}

interface Sent extends Omit<Written, "room"> {
  room?: string;
  /** Whether the person was told that it failed, or gave it up. */
  givenUp: boolean;
  /** It was given up once: its place among the others is free. */
  isLoose: boolean;
  /** Seq in its acknowledgement. */
  seq?: number;
  /** Code with which the server refused it for good, since it was last sent. */
  refused?: string | undefined;
}

/** What one person's program sends, is sent and shows. */
export class Viewer {
  readonly #options: ViewerOptions;
  readonly #sent = new Map<string, Sent>();
  readonly #screens = new Map<string, Screen>();
  readonly #stream: Stream;

  /** Made by {@link DeliveryChecker.viewer}. */
  constructor(options: ViewerOptions) {
    this.#options = options;
    this.#stream = new Stream(options);
  }

  /** A person wrote something that must not be lost from now on. */
  wrote(written: Written): void {
    const known = this.#sent.get(written.id);
    if (known) known.givenUp = false;
    const sent = { givenUp: false, isLoose: false, ...known, ...written };
    this.#sent.set(written.id, sent);
  }

  /**
   * The person gave it up, or the page shows it as failed: it need not arrive,
   * though it may have. What the server refused is known from its frames.
   */
  gaveUp(id: string): void {
    const sent = this.#sent.get(id);
    if (sent) sent.givenUp = sent.isLoose = true;
  }

  /** Its message is deleted already: whoever deletes it too need not be heard. */
  gaveUpDeleting(message: string): void {
    for (const sent of this.#sent.values()) {
      const isSame = sent.kind === "delete" && sent.message === message;
      if (isSame) this.gaveUp(sent.id);
    }
  }

  /** Its message is gone (L8): no change of it need arrive. */
  gaveUpChanging(message: string): void {
    for (const sent of this.#sent.values()) {
      if (sent.message === message) this.gaveUp(sent.id);
    }
  }

  /** A new connection: subscriptions of the one before are gone. */
  connected(): void {
    this.#stream.connected();
  }

  /** A frame was sent. */
  sent(frame: ClientFrame): void {
    this.#stream.sent(frame);
    const { type } = frame;
    if (type !== "post" && type !== "edit" && type !== "delete") return;
    const known = this.#sent.get(frame.id);
    // Whoever sends it again asks anew.
    if (known) return void (known.refused = undefined);
    const { id, room: _, ref: __, ...rest } = frame;
    const { type: kind, ...change } = rest;
    this.#sent.set(id, {
      ...{ id, kind, ...change, givenUp: false, isLoose: false },
    });
  }

  /** A frame came. */
  received(frame: ServerFrame): void {
    if (frame.type === "posted") return this.#acknowledged(frame);
    if (frame.type === "error" && !frame.retry) this.#refused(frame);
    this.#stream.received(frame);
  }

  /** What is shown of a room after something changed; `settled` when it must be all. */
  shown(view: RoomView, settled = false): void {
    let screen = this.#screens.get(view.room);
    if (!screen) this.#screens.set(view.room, screen = new Screen());
    screen.show(view, settled, this.#options);
  }

  /** It no longer shows anything: its program ended or forgot the room. */
  forgot(room?: string): void {
    if (room === undefined) this.#screens.clear();
    else this.#screens.delete(room);
  }

  /** Adds what is wrong as of now. */
  check(findings: Findings): void {
    const { name, logOf } = this.#options;
    this.#stream.check(findings);
    this.#checkSent(findings);
    for (const [room, screen] of this.#screens) {
      screen.check(name, logOf(room), findings);
    }
  }

  #acknowledged({ id, room, seq }: { id: string; room: string; seq: number }) {
    const { name, findings } = this.#options;
    const sent = this.#sent.get(id);
    if (!sent) {
      return findings.add("invented", `${name} never sent ${id} at ${seq}`);
    }
    if (sent.seq !== undefined && sent.seq !== seq) {
      findings.add("doubled", `${name}'s ${id} is at ${sent.seq} and ${seq}`);
    }
    sent.room = room;
    sent.seq = seq;
  }

  /** For good: it need not arrive, and must have no place in the log (L3). */
  #refused({ id, code }: ErrorFrame): void {
    const sent = id === undefined ? undefined : this.#sent.get(id);
    if (!sent) return;
    this.gaveUp(sent.id);
    sent.refused = code;
  }

  #checkSent(findings: Findings): void {
    const { name, person, logOf } = this.#options;
    const last = new Map<string, number>();
    for (const sent of this.#sent.values()) {
      const { givenUp, isLoose, seq, refused, ...written } = sent;
      const { id, room } = written;
      if (room === undefined) continue;
      const log = logOf(room);
      const place = log.check({ ...written, room }, person, seq, findings);
      if (place !== undefined && refused !== undefined) {
        findings.add(
          "differing",
          `${name}'s ${id} was refused with ${refused}, and is at ${place} in ${room}`,
        );
      }
      if (place === undefined) {
        if (givenUp || seq !== undefined || !log.isWhole) continue;
        findings.add("lost", `${name}'s ${id} never arrived in ${room}`);
      } else if (!isLoose) {
        if (place < (last.get(room) ?? 0)) {
          findings.add(
            "reordered",
            `${name}'s ${id} came too late at ${place}`,
          );
        }
        last.set(room, place);
      }
    }
  }
}
