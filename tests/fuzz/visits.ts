/** Visits: one connection each, or one request, with what its random numbers decide. */
import { ERRORS } from "../../lib/errors.ts";
import type { ServerFrame } from "../../lib/protocol.ts";
import { Random } from "../simulation/random.ts";
import { frameText, validFrame } from "./frames.ts";
import { answerIn, type HttpAnswer, requestBytes } from "./http.ts";
import { Peer } from "./peer.ts";
import { rawBytes } from "./raw_bytes.ts";
import { fuzzRequest } from "./requests.ts";
import { SocketPeer } from "./socket_peer.ts";
import { join } from "./strange.ts";
import { brokenWire, fragmented, wireFrame } from "./wire.ts";
import type { World } from "./world.ts";

/** What a visit has to do with. */
export interface VisitOptions {
  /** Decides everything in it. */
  random: Random;
  world: World;
  /** As `GET /rooms/[room]`. */
  routes: readonly string[];
  /** Connections that are left open for a while. */
  held: Peer[];
  /** Told what is wrong. */
  onError: (what: string) => void;
}

/** Connections that may be left open at a time. */
const HELD = 20;

/** Makes one visit; gives how many inputs it had. */
export async function visit(options: VisitOptions): Promise<number> {
  const kind = options.random.next();
  if (kind < 0.4) return await frames(options);
  if (kind < 0.6) return await wire(options);
  if (kind < 0.72) return await raw(options);
  return await request(options);
}

/** Text frames as they should be on the wire; what they say is another matter. */
async function frames(options: VisitOptions): Promise<number> {
  const { random, world, onError } = options;
  const socket = await open(options);
  if (socket === null) return 1;
  const isPolite = random.chance(0.3);
  let inputs = 0;
  for (let i = random.int(10, 60); i > 0 && !socket.isOver; i--) {
    const text = isPolite
      ? JSON.stringify(validFrame(random, world))
      : frameText(random, world);
    const bytes = random.chance(0.1)
      ? fragmented(text, random)
      : wireFrame(text);
    if (!await socket.write(bytes)) break;
    inputs++;
  }
  const settled = await socket.settled("all handled");
  if (settled === null) onError("A socket's frames were never handled");
  await socket.close();
  return inputs + 1;
}

/** Bytes over an open socket that break RFC 6455. */
async function wire(options: VisitOptions): Promise<number> {
  const { random, world } = options;
  const socket = await open(options);
  if (socket === null) return 1;
  let inputs = 0;
  for (let i = random.int(1, 4); i > 0 && !socket.isOver; i--) {
    const text = JSON.stringify(validFrame(random, world));
    if (!await socket.write(brokenWire(text, random))) break;
    inputs++;
  }
  await socket.close();
  return inputs + 1;
}

/** Bytes for the port; half of such connections are left open for a while. */
async function raw(options: VisitOptions): Promise<number> {
  const { random, world, held, onError } = options;
  const peer = await Peer.connect(world.port);
  const bytes = rawBytes(random, world);
  await peer.write(bytes);
  if (isHandshake(bytes)) {
    // Deno keeps for ever a socket whose peer ends before it is upgraded.
    if (!await peer.more()) onError(`Hangs on ${shown(bytes)}`);
  } else if (random.chance(0.5)) {
    held.push(peer);
    if (held.length > HELD) await held.shift()!.close();
    return 1;
  } else {
    await peer.finish();
    const answer = await peer.all();
    if (answer === null) onError(`Hangs on ${shown(bytes)}`);
    else judge(answerIn(answer), bytes, onError);
  }
  await peer.close();
  return 1;
}

function isHandshake(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes);
  return /^upgrade:/mi.test(text) && text.includes("\r\n\r\n");
}

/** One request to one of the routes. */
async function request(
  { random, world, routes, onError }: VisitOptions,
): Promise<number> {
  const persona = random.chance(0.85) ? random.pick(world.people) : null;
  const made = fuzzRequest(random.pick(routes), persona, random, world);
  const bytes = requestBytes(made);
  const peer = await Peer.connect(world.port);
  await peer.write(bytes);
  if (!made.isWhole) await peer.finish();
  const got = await peer.all();
  const answer = got && answerIn(got);
  if (got === null) onError(`Hangs on ${shown(bytes)}`);
  else if (answer === null && made.isWhole) {
    onError(`No answer to ${shown(bytes)}`);
  } else judge(answer, bytes, onError);
  await peer.close();
  return 1;
}

async function open(
  { random, world, onError }: VisitOptions,
): Promise<SocketPeer | null> {
  const persona = random.pick(world.people);
  const address = `10.9.${random.int(0, 255)}.${random.int(0, 255)}`;
  const headers = [["x-forwarded-for", address]] as const;
  const socket = await SocketPeer.open(world.port, persona.token, headers);
  if (socket === 401 || socket === 403) await world.replace(persona);
  if (typeof socket === "number") {
    if (socket === 0 || socket >= 500) onError(`A handshake got ${socket}`);
    return null;
  }
  socket.onFrame = (frame) => {
    const problem = problemOf(frame);
    if (problem !== null) onError(problem);
  };
  return socket;
}

/** What is wrong with a frame of the server: it is at fault, or says what nobody knows. */
function problemOf(frame: ServerFrame): string | null {
  if (frame.type !== "error") return null;
  const info = ERRORS[frame.code];
  if (info && info.status < 500) return null;
  return `A frame was refused with ${JSON.stringify(frame)}`;
}

function judge(
  answer: HttpAnswer | null,
  bytes: Uint8Array,
  onError: (what: string) => void,
): void {
  if (answer === null || answer.status < 500) return;
  onError(`${answer.status} to ${shown(bytes)}`);
}

/** The start of some bytes, readable; tokens are nobody's business. */
function shown(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(join(bytes.subarray(0, 1_500)));
  return JSON.stringify(text)
    .replace(/(Bearer |atoll_session=)[\w-]+/g, "$1…").slice(0, 1_200);
}
