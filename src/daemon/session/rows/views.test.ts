import { afterEach, describe, expect, it } from "vitest";
import { SessionStage } from "../../../../test/support/session-stage.ts";
import { encodeSearch, LSD_GROUPS } from "../../../lsd/index.ts";

const [IPV4 = { ip: "", port: 0 }] = LSD_GROUPS;
let s: SessionStage;
afterEach(() => s.close());

describe("peersOf", () => {
  it("has how each peer was found, as a word and as a flag", async () => {
    s = await SessionStage.begin({ "one.bin": 1_000_000 }, 10_000);
    const { host, seeder, stage } = s;
    host.lan = "home";
    seeder.host.lan = "home";
    const session = await s.open({ lsd: true });
    const id = await s.wait(session.torrents.add(s.torrent, {}));
    expect(await s.reach(session, id, "downloading")).toBe(true);
    const socket = await seeder.host.runtime.multicast.open({ group: IPV4, hops: 1, onDatagram: () => undefined });
    socket.join("eth0");
    socket.send(encodeSearch(IPV4, { port: 6881, infoHashes: [id], cookie: undefined }), "eth0");
    expect(await stage.world.until(() => session.details.peers(id).length > 0, 10_000)).toBe(true);
    expect(session.details.peers(id)).toMatchObject([
      { source: "local", flags: expect.stringMatching(/L$/) as string },
    ]);
    expect(seeder.torrent.peers()).toMatchObject([{ source: "incoming" }]);
    expect(session.statistics.lsd()).toMatchObject({ isEnabled: true, interfaces: ["eth0"], sent: 1, found: 1 });
  });
});
