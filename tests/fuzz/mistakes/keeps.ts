/** Mistakes for the fuzzer to notice: memory, files and connections that are kept. */
import { Connection } from "../../../lib/connection.ts";
import { Sessions } from "../../../lib/sessions.ts";

const kept: unknown[] = [];
const { refuse } = Connection.prototype;
Connection.prototype.refuse = function (...args) {
  kept.push(new Array(50_000).fill(kept.length));
  refuse.apply(this, args);
};

const { ofRequest } = Sessions.prototype;
Sessions.prototype.ofRequest = function (request) {
  kept.push(Deno.openSync("deno.json"));
  return ofRequest.call(this, request);
};

Connection.prototype.ended = () => {};
