import { beforeAll, describe, expect, it } from "vitest";
import { makePlay, Stage, type Play } from "../../test/support/stage.ts";
import type { ClientOptions } from "./options.ts";
import { decodeUdpRequest, encodeUdpAnnounceReply, encodeUdpConnectReply } from "../tracker/index.ts";

let play: Play;
beforeAll(async () => {
  play = await makePlay({ "a.bin": 100_000 });
});

/** Starts and closes a client; returns the ports from which a UDP tracker received `KIND EVENT`. */
async function askedFrom(
  options: Partial<ClientOptions>,
  isTaken = false,
): Promise<{ readonly asked: string[]; readonly port: number }> {
  const stage = new Stage(play);
  const { datagrams } = stage.world.host("10.0.0.9").runtime;
  const asked: string[] = [];
  const tracker = await datagrams.bind({
    ip: "0.0.0.0",
    port: 6969,
    onDatagram: (datagram, from) => {
      const request = decodeUdpRequest(datagram);
      if (request === undefined || request.kind === "scrape") return;
      asked.push(`${request.kind === "connect" ? "connect" : request.event} from ${from.port}`);
      const { transactionId } = request;
      if (request.kind === "connect")
        tracker.send(encodeUdpConnectReply(transactionId, new Uint8Array(8).fill(1)), from);
      else
        tracker.send(
          encodeUdpAnnounceReply(transactionId, { interval: 1800, leechers: 1, seeders: 0, peers: new Uint8Array() }),
          from,
        );
    },
  });
  const host = stage.world.host("10.0.0.1");
  if (isTaken) await host.runtime.datagrams.bind({ ip: "0.0.0.0", port: 6881, onDatagram: () => undefined });
  const { client } = await stage.enter(host, options, { trackerTiers: [["udp://10.0.0.9:6969/announce"]] });
  await stage.world.run(5_000);
  const { port } = client;
  await stage.close();
  // The ports of the client are free again.
  const again = await host.runtime.datagrams.bind({
    ip: "0.0.0.0",
    port: isTaken ? 6_882 : 6_881,
    onDatagram: () => undefined,
  });
  await again.close();
  return { asked, port };
}

describe("Client and UDP trackers", () => {
  it("sends requests from the listening port, until it is closed", async () => {
    expect(await askedFrom({})).toEqual({
      asked: ["connect from 6881", "started from 6881", "stopped from 6881"],
      port: 6881,
    });
  });

  it("sends requests from any port when that one is taken", async () => {
    const { asked, port } = await askedFrom({}, true);
    expect([port, asked.length, asked.some((line) => line.endsWith(" 6881"))]).toEqual([6881, 3, false]);
  });

  it("sends requests from any port when it does not listen", async () => {
    const { asked, port } = await askedFrom({ port: false });
    expect([port, asked.length, asked.some((line) => line.endsWith(" 6881"))]).toEqual([0, 3, false]);
  });
});
