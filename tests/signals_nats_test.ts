import { connect } from "@nats-io/transport-node";
import { uuidv7 } from "../lib/client/uuid.ts";
import { NatsSignals } from "../lib/signals/nats.ts";
import { NATS_SERVER, NatsServer } from "./support/nats_server.ts";
import { signalsContract } from "./signals_contract.ts";

signalsContract({
  name: "nats",
  ignore: NATS_SERVER === undefined,
  run: async (test) => {
    await using server = await NatsServer.start();
    const prefix = `atoll.${uuidv7()}`;
    await test({
      engine: () => new NatsSignals({ url: server.url, prefix }),
      breakOff: () => server.kill(),
      mend: () => server.restart(),
      sendRaw: async (subject, text) => {
        const { port } = server;
        const connection = await connect({ servers: `127.0.0.1:${port}` });
        connection.publish(`${prefix}.${subject}`, text);
        await connection.drain();
      },
    });
  },
});
