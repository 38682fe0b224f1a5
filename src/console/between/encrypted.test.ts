import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { makePlay, Stage, type Play } from "../../../test/support/stage.ts";
import type { SimHost } from "../../sim/index.ts";
import { encodeHandshake, HANDSHAKE_LENGTH } from "../../wire/index.ts";
import { Between } from "./between.ts";

let play: Play;
let stage: Stage;
let between: Between;
beforeAll(async () => {
  play = await makePlay({ "one.bin": 300_000 });
});
afterEach(async () => {
  await stage.close();
  await stage.world.settled(between.close(), 10_000);
});

/** A proxy that listens on port 7000 of `host`, in front of 10.0.0.1:6881. */
function open({ runtime, ip }: SimHost): Promise<Between> {
  const [listen, target] = [
    { ip, port: 7000 },
    { host: "10.0.0.1", port: 6881 },
  ];
  return stage.world.settled(Between.open({ runtime, listen, target, metainfo: play.metainfo }), 1_000);
}

describe("Between two clients that encrypt", () => {
  it("waits minutes for the first bytes, which may be typed by hand", async () => {
    stage = new Stage(play);
    // A target that is as patient.
    let received = 0;
    const target = stage.world.host("10.0.0.1");
    const listening = target.runtime.net.listen({
      ip: target.ip,
      port: 6881,
      onSocket: (socket) =>
        socket.start({
          onData: ({ length }) => {
            received += length;
          },
          onDrain: () => undefined,
          onClose: () => undefined,
        }),
    });
    await stage.world.settled(listening, 1_000);
    const proxy = stage.world.host("10.0.0.5");
    between = await open(proxy);
    const { runtime } = stage.world.host("10.0.0.2");
    const dialing = runtime.net.connect({ ip: "10.0.0.5", port: 7000, timeoutMs: 1_000 });
    const socket = await stage.world.settled(dialing, 1_000);
    socket.start({ onData: () => undefined, onDrain: () => undefined, onClose: () => undefined });
    await stage.world.run(300_000);
    socket.write(encodeHandshake({ infoHash: play.metainfo.id.wire, peerId: new Uint8Array(20).fill(1) }));
    await stage.world.run(1_000);
    expect(received).toBe(HANDSHAKE_LENGTH);
  });

  it.each(["preferred", "required"] as const)("shows their messages (%s)", async (encryption) => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1", {}, { encryption });
    const proxy = stage.world.host("10.0.0.5");
    between = await open(proxy);
    const leecher = await stage.leecher("10.0.0.2", { peers: ["10.0.0.5:7000"] }, {}, { encryption });
    await stage.world.until(() => leecher.torrent.state.kind === "seeding", 60_000);
    expect(stage.isWhole(leecher.host)).toBe(true);
    expect(between.views.length).toBe(1);
    const types = new Set([...between.views].flatMap((view) => [...view.timeline].map(({ type }) => type)));
    expect([types.has("handshake"), types.has("piece"), types.has("garbage")]).toEqual([true, true, false]);
    expect(seeder.torrent.status().uploaded).toBeGreaterThanOrEqual(300_000);
  });
});
