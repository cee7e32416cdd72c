/** A mistake for the fuzzer to notice: whoever chats gets some entries twice. */
import { Connection } from "../../../lib/connection.ts";

const { offer } = Connection.prototype;
let sent = 0;
Connection.prototype.offer = function (text) {
  const isEntries = text.startsWith('{"type":"entries"');
  if (isEntries && ++sent % 10 === 0) offer.call(this, text);
  return offer.call(this, text);
};
