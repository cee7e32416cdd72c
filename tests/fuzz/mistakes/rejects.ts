/** A mistake for the fuzzer to notice: a rejection that nobody handles. */
import { Connection } from "../../../lib/connection.ts";

const { refuse } = Connection.prototype;
Connection.prototype.refuse = function (...args) {
  void Promise.reject(new Error("A mistake"));
  refuse.apply(this, args);
};
