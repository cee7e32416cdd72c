/** What pages count of what should never happen reaches the server's metrics. */
import { assert, assertEquals } from "@std/assert";
import parsePrometheus from "parse-prometheus-text-format";
import type { ServerFrame } from "../lib/protocol.ts";
import { browserTest, isSound, type Visitor } from "./support/browser.ts";
import { TcpProxy } from "./support/tcp_proxy.ts";

/** What the parser makes of a metric; it brings no types. */
interface Family {
  name: string;
  metrics: { labels: { finding: string }; value: string }[];
}

/** What pages reported so far, by what it was. */
async function findings(url: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const families: Family[] = parsePrometheus(text);
  const family = families.find(({ name }) =>
    name === "atoll_page_findings_total"
  )!;
  return Object.fromEntries(
    family.metrics.map(({ labels, value }) => [labels.finding, Number(value)]),
  );
}

/** Sends the page once without "lost", and twice with "twice". */
async function doctor({ page }: Visitor): Promise<void> {
  let lost = false;
  await page.routeWebSocket(/\/api\/ws/, (socket) => {
    socket.connectToServer().onMessage((data) => {
      const frame: ServerFrame = JSON.parse(String(data));
      const bodies = frame.type === "entries"
        ? frame.entries.map((entry) => entry.kind === "posted" && entry.body)
        : [];
      if (!lost && bodies.includes("lost")) return void (lost = true);
      socket.send(data);
      if (bodies.includes("twice")) socket.send(data);
    });
  });
}

browserTest(
  "Pages report nothing after cuts, and what a doctored stream left out and doubled [C2]",
  async (server, visitors) => {
    using proxy = new TcpProxy(server.port);
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const ben = await (await visitors.come()).enter(proxy.url, "Ben");
    for (let round = 0; round < 3; round++) {
      proxy.cut();
      await ana.says(`from Ana ${round}`);
      await ben.says(`from Ben ${round}`);
      proxy.mend();
      await ben.sees(`from Ana ${round}`);
      await ana.sees(`from Ben ${round}`);
    }
    const clean = { gaps: 0, doubles: 0, reorders: 0 };
    assertEquals(await findings(server.url), clean);

    const cleo = await visitors.come();
    await doctor(cleo);
    await cleo.enter(server.url, "Cleo");
    for (const text of ["twice", "lost", "after"]) {
      await ana.says(text);
      await ben.sees(text);
    }
    // The page mends what it can: nobody would have known.
    for (const text of ["twice", "lost", "after"]) await cleo.sees(text);
    const giveUp = Date.now() + 60_000;
    let found = clean;
    // Others would have reported before: their faults would be older.
    while (found.gaps + found.doubles + found.reorders === 0) {
      assert(Date.now() < giveUp, "Waited in vain for a report");
      found = { ...clean, ...await findings(server.url) };
    }
    assertEquals(found, { gaps: 1, doubles: 1, reorders: 0 });
    for (const visitor of [ana, ben, cleo]) await isSound(visitor);
  },
);
