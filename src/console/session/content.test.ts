import { describe, expect, it } from "vitest";
import { ConsoleStage } from "../../../test/support/console-stage.ts";
import type { ScriptedPeer } from "../../../test/support/scripted-peer.ts";
import { encodeExtended, encodeExtendedHandshake, utMetadata } from "../../wire/index.ts";
import type { ConsolePeer } from "./peer/peer.ts";

const METADATA_ID = 1;

async function meet(s: ConsoleStage, ip: string): Promise<{ readonly far: ScriptedPeer; readonly near: ConsolePeer }> {
  const both = await s.meet(ip, { extended: true });
  const info = s.play.metainfo.infoBytes;
  const extensions = new Map([[utMetadata.name, 3]]);
  both.far.send(encodeExtended(0, encodeExtendedHandshake({ extensions, metadataSize: info.length })));
  both.near.extendedHandshake();
  await s.run(1_000);
  both.near.metadataRequest(0);
  await s.run(1_000);
  return both;
}

function sendMetadata(far: ScriptedPeer, data: Uint8Array, totalSize: number): void {
  far.send(encodeExtended(METADATA_ID, utMetadata.encode({ type: "data", piece: 0, totalSize, data })));
}

describe("metadata requested by the user", () => {
  it("is accepted when its hash is right, after wrong metadata of another peer, too", async () => {
    const s = await ConsoleStage.begin({ magnet: true });
    const info = s.play.metainfo.infoBytes;
    const bad = await meet(s, "10.0.0.2");
    const good = await meet(s, "10.0.0.3");
    sendMetadata(bad.far, new Uint8Array(info.length), info.length);
    await s.run(1_000);
    expect(s.logged("the metadata of peer 1 does not hash to the info-hash")).toBe(true);
    expect(s.session.content.metainfo).toBeUndefined();
    sendMetadata(good.far, info, info.length);
    await s.run(1_000);
    expect(s.session.content.metainfo?.name).toBe("a.bin");
  });

  it("is rejected when a piece has the wrong length, or was not requested", async () => {
    const s = await ConsoleStage.begin({ magnet: true });
    const info = s.play.metainfo.infoBytes;
    const { far, near } = await meet(s, "10.0.0.2");
    sendMetadata(far, info.subarray(1), info.length);
    await s.run(1_000);
    expect(s.logged(`piece 0 of the metadata of peer 1 has ${info.length - 1} bytes instead of ${info.length}`)).toBe(
      true,
    );
    sendMetadata(far, info, info.length);
    await s.run(1_000);
    expect(s.session.content.metainfo).toBeUndefined();
    near.metadataRequest(0);
    sendMetadata(far, info, info.length);
    await s.run(1_000);
    expect(s.session.content.metainfo?.name).toBe("a.bin");
  });
});
