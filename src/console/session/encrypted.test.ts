import { describe, expect, it } from "vitest";
import { encodeHandshake } from "../../wire/index.ts";
import { ConsoleStage, HOME } from "../../../test/support/console-stage.ts";

describe("an encrypted conversation", () => {
  it("is begun with contact(…, { encrypt: true })", async () => {
    const { stage, session } = await ConsoleStage.begin();
    await stage.seeder("10.0.0.2", {}, { encryption: "required" });
    const plain = session.contact("10.0.0.2", 6881);
    await expect(stage.world.settled(plain, 60_000)).rejects.toMatchObject({ code: "console.closed" });
    const peer = await stage.world.settled(session.contact("10.0.0.2", 6881, { encrypt: true }), 60_000);
    const { type } = await stage.world.settled(peer.next("have-all"), 60_000);
    expect(type).toBe("have-all");
  });

  it("is accepted from a peer that is silent for minutes before its handshake", async () => {
    const { stage, session } = await ConsoleStage.begin();
    const { runtime } = stage.world.host("10.0.0.2");
    const dialing = runtime.net.connect({ ip: HOME, port: 6881, timeoutMs: 1_000 });
    const socket = await stage.world.settled(dialing, 1_000);
    socket.start({ onData: () => undefined, onDrain: () => undefined, onClose: () => undefined });
    await stage.world.run(300_000);
    socket.write(encodeHandshake({ infoHash: stage.play.metainfo.id.wire, peerId: new Uint8Array(20).fill(1) }));
    await stage.world.until(() => session.peers.length === 1, 1_000);
    expect(session.peers[0]?.isClosed).toBe(false);
  });

  it("is accepted from a client that requires it", async () => {
    const { stage, session } = await ConsoleStage.begin();
    await stage.seeder("10.0.0.2", {}, { encryption: "required" }, { peers: [`${HOME}:6881`] });
    await stage.world.until(() => session.peers.length === 1, 60_000);
    expect(session.peers[0]?.isClosed).toBe(false);
  });
});
