import { assert, assertEquals } from "@std/assert";
import { connect } from "@nats-io/transport-node";
import { uuidv7 } from "../lib/client/uuid.ts";
import { metrics } from "../lib/metrics.ts";
import { NatsSignals } from "../lib/signals/nats.ts";
import { type News, roomSubject } from "../lib/signals/news.ts";
import { Signals } from "../lib/signals/signals.ts";
import { NATS_SERVER, NatsServer } from "./support/nats_server.ts";
import { until } from "./support/until.ts";
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

Deno.test({
  name: "Signals (nats): what is too long for the server is lost alone [L6]",
  ignore: NATS_SERVER === undefined,
  fn: async () => {
    await using server = await NatsServer.start();
    const options = { url: server.url, prefix: `atoll.${uuidv7()}` };
    const [a, b] = [1, 2].map(() => new Signals(new NatsSignals(options))) as [
      ...[Signals, Signals],
    ];
    await until(() => a.isHealthy && b.isHealthy, "healthy signals");
    const [room, machine] = [uuidv7(), uuidv7()];
    const heard: News[] = [];
    b.onNews = (news) => heard.push(news);
    await b.listen(roomSubject(room));
    const before = metrics.signals.of("lost");
    const ids = Array.from({ length: 30_000 }, () => room);
    a.tell({ kind: "present", room, machine, people: [], ids });
    await until(() => metrics.signals.of("lost") > before);
    const grew: News = { kind: "grew", room, seq: 1, posts: 1 };
    a.tell(grew);
    await until(() => heard.length > 0);
    assertEquals(heard, [grew]);
    assert(a.isHealthy);
    await Promise.all([a.close(), b.close()]);
  },
});
