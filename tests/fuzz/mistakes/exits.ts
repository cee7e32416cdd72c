/** A mistake for the fuzzer to notice: one kind of frame ends the process. */
import { Connection } from "../../../lib/connection.ts";

const { receive } = Connection.prototype;
Connection.prototype.receive = function (data) {
  if (String(data).includes("__proto__")) Deno.exit(7);
  receive.call(this, data);
};
