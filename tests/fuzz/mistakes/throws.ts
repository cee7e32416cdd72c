/** A mistake for the fuzzer to notice: writing throws, for one kind of it. */
import { Messages } from "../../../lib/messages.ts";

const { admit } = Messages.prototype;
Messages.prototype.admit = function (who, draft, lane) {
  if (draft.kind === "pinned") throw new Error("A mistake");
  return admit.call(this, who, draft, lane);
};
