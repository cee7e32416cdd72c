/** A socket that keeps what was sent, for tests without a network. */
import { Connection, type ConnectionHooks } from "../../lib/connection.ts";
import type { Entry, ServerFrame } from "../../lib/protocol.ts";
import type { Session } from "../../lib/sessions.ts";
import type { Socket } from "../../lib/socket.ts";

export class FakeSocket implements Socket {
  bufferedAmount = 0;
  /** Bytes that each send adds to `bufferedAmount`, as towards a stalled peer. */
  stalled = false;
  sent: string[] = [];
  closed: { code: number; reason: string } | undefined;
  terminated = false;

  send(text: string): void {
    if (this.closed) throw new Error("Sent to a closed socket");
    this.sent.push(text);
    if (this.stalled) this.bufferedAmount += text.length;
  }

  close(code: number, reason: string): void {
    if (this.closed) throw new Error("Closed twice");
    this.closed = { code, reason };
  }

  terminate(): void {
    this.terminated = true;
  }

  get frames(): ServerFrame[] {
    return this.sent.map((text) => JSON.parse(text));
  }

  /** All entries that arrived, in order of arrival. */
  get entries(): Entry[] {
    return this.frames.flatMap((frame) =>
      frame.type === "entries" ? frame.entries : []
    );
  }

  get seqs(): number[] {
    return this.entries.map(({ seq }) => seq);
  }
}

export function fakeSession(name = "Ana"): Session {
  return {
    person: { id: `person-${name}`, name },
    hash: `hash-${name}`,
    expiresAt: Infinity,
    extended: false,
    ...{ role: "guest", onlyRoom: null, mutedUntil: null },
    provedAt: 0,
  };
}

/** A connection over a fake socket. */
export function fakeConnection(
  options: {
    name?: string;
  } & Partial<ConnectionHooks> = {},
): { socket: FakeSocket; connection: Connection } {
  const socket = new FakeSocket();
  const { name, ...hooks } = options;
  const connection = new Connection(socket, fakeSession(name), {
    handle: () => Promise.resolve(),
    onClose: () => {},
    ...hooks,
  });
  return { socket, connection };
}
