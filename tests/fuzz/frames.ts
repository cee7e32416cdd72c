/** Client frames made from their schemas, whatever types there are, and made wrong. */
import {
  clientFrameSchemas,
  type ClientFrameType,
} from "../../lib/client_frames.ts";
import type { Random } from "../simulation/random.ts";
import { mutatedJson, mutatedValue, strangeText } from "./strange.ts";
import type { World } from "./world.ts";

/** What is read of valibot's schemas. */
interface Schema {
  type: string;
  entries?: Record<string, Schema>;
  options?: Schema[];
  wrapped?: Schema;
  item?: Schema;
  literal?: unknown;
  pipe?: { type: string; requirement?: unknown }[];
}

const TYPES = Object.keys(clientFrameSchemas) as ClientFrameType[];

/** What one would write, now and then with what one wouldn't. */
const BODIES = [
  "hello",
  "**bold** `code` https://example.org #lobby",
  "```js\nlet a = 1;\n```",
  "> quoted\n\n- one\n- two",
  "你好，世界",
];

/** A frame that passes its schema. */
export function validFrame(random: Random, world: World): object {
  const schema = clientFrameSchemas[random.pick(TYPES)] as unknown as Schema;
  return valueOf(schema, "", random, world) as object;
}

/** The text of a frame: good, wrong in its shape, or no JSON. */
export function frameText(random: Random, world: World): string {
  const frame = validFrame(random, world);
  if (random.chance(0.35)) return JSON.stringify(frame);
  if (random.chance(0.6)) return JSON.stringify(mutatedValue(frame, random));
  if (random.chance(0.8)) return mutatedJson(JSON.stringify(frame), random);
  return strangeText(random);
}

function valueOf(
  schema: Schema,
  name: string,
  random: Random,
  world: World,
): unknown {
  const again = (inner: Schema, key = name) =>
    valueOf(inner, key, random, world);
  switch (schema.type) {
    case "object":
      return Object.fromEntries(
        Object.entries(schema.entries!)
          .map(([key, inner]) => [key, again(inner, key)]),
      );
    case "optional":
      return random.chance(0.5) ? undefined : again(schema.wrapped!);
    case "nullable":
      return random.chance(0.3) ? null : again(schema.wrapped!);
    case "union":
      return again(random.pick(schema.options!));
    case "literal":
      return schema.literal;
    case "array":
      return Array.from(
        { length: random.int(0, 3) },
        () => again(schema.item!),
      );
    case "boolean":
      return random.chance(0.5);
    case "number":
      return numberOf(schema, random);
    case "string":
      return textOf(name, random, world);
    default:
      throw new Error(`Teach the fuzzer the schema ${schema.type}`);
  }
}

function numberOf({ pipe = [] }: Schema, random: Random): number {
  const bound = (type: string) =>
    pipe.find((check) => check.type === type)?.requirement as number;
  const least = bound("min_value") ?? 0;
  const most = bound("max_value") ?? 2 ** 53 - 1;
  if (random.chance(0.2)) return random.pick([least, most]);
  return random.int(least, Math.min(most, least + 50));
}

function textOf(name: string, random: Random, world: World): string {
  switch (name) {
    case "room":
      return random.pick(world.rooms);
    case "id":
      return random.chance(0.2)
        ? random.pick(world.messages)
        : world.newMessage(random);
    case "message":
    case "parent":
    case "afterId":
      return random.pick(world.messages);
    case "files":
      return random.pick(world.uploads);
    case "epoch":
      return world.epoch;
    case "emoji":
      return random.pick(["👍", "❤️", "👩‍👩‍👧", "🇩🇪", "x", ""]);
    case "body":
      return random.pick(BODIES);
    default:
      return strangeText(random).slice(0, 64);
  }
}
