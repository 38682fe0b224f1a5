import { describe, expect, it } from "vitest";
import { BLOCK, ConsoleStage } from "../../../../test/support/console-stage.ts";
import { encodeCancel, encodeInterested, encodeRequest } from "../../../wire/index.ts";

describe("ConsolePeer.satisfy", () => {
  it("reads no more blocks than a slow peer takes, and skips requests that were cancelled in the meantime", async () => {
    const s = await ConsoleStage.begin({ seeding: true, line: { up: 100_000 } });
    const { far, near } = await s.meet("10.0.0.2");
    near.bitfield();
    near.unchoke();
    const requests = Array.from({ length: 200 }, (_, at) => [at % 15, at] as const);
    far.send(encodeInterested(), ...requests.map(([piece, begin]) => encodeRequest(piece, begin, BLOCK)));
    await s.until(() => near.requests.length === requests.length);
    const done = near.satisfy();
    await s.run(1_000);
    expect(near.conversation.sides.out.blockBytes).toBeLessThan(1_500_000);
    far.send(encodeCancel(199 % 15, 199, BLOCK));
    expect(await s.wait(done)).toBe(199);
    expect(near.requests).toEqual([]);
  });

  it("ends when the connection does", async () => {
    const s = await ConsoleStage.begin({ seeding: true, line: { up: 1_000 } });
    const { far, near } = await s.meet("10.0.0.2");
    near.bitfield();
    near.unchoke();
    far.send(encodeInterested(), ...Array.from({ length: 200 }, (_, at) => encodeRequest(0, at, BLOCK)));
    await s.until(() => near.requests.length === 200);
    const done = near.satisfy();
    await s.run(1_000);
    near.hangUp("enough");
    expect(await s.wait(done)).toBeLessThan(100);
  });
});
