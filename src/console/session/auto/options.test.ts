import { describe, expect, it } from "vitest";
import { ConsoleStage } from "../../../../test/support/console-stage.ts";
import { KEEP_ALIVE_MS } from "../../../swarm/index.ts";

describe("ConsolePeer.auto options", () => {
  it("returns the active duties, changes the named ones, and ends all", async () => {
    const s = await ConsoleStage.begin();
    const { near } = await s.meet("10.0.0.2");
    expect(near.auto({})).toEqual({ keepAlive: false, answer: false, download: false, metadata: false });
    expect(near.auto({ keepAlive: true })).toEqual({
      keepAlive: true,
      answer: false,
      download: false,
      metadata: false,
    });
    expect(near.auto()).toEqual({ keepAlive: true, answer: true, download: true, metadata: true });
    expect(near.auto({ download: false, answer: false })).toEqual({
      keepAlive: true,
      answer: false,
      download: false,
      metadata: true,
    });
    expect(near.auto({})).toEqual({ keepAlive: true, answer: false, download: false, metadata: true });
    expect(near.auto(false)).toEqual({ keepAlive: false, answer: false, download: false, metadata: false });
  });

  it.each<[unknown, string]>([
    [
      { keepalive: true },
      'auto({ keepAlive, answer, download, metadata }): there is no option "keepalive"; there are keepAlive, answer, download, metadata',
    ],
    [{ answer: 1 }, "auto({ keepAlive, answer, download, metadata }): answer must be true or false: got 1"],
    [
      { download: "all" },
      'auto({ keepAlive, answer, download, metadata }): download must be true, false or { sequential: true }: got "all"',
    ],
    [
      { download: { order: 1 } },
      'auto({ keepAlive, answer, download, metadata }): download has no option "order"; it has sequential',
    ],
    [
      { download: { sequential: 1 } },
      "auto({ keepAlive, answer, download, metadata }): sequential must be true or false: got 1",
    ],
    [
      "download",
      'auto({ keepAlive, answer, download, metadata }): the argument must be true, false or an object such as { download: true }: got "download"',
    ],
  ])("refuses %j", async (options, message) => {
    const s = await ConsoleStage.begin();
    const { near } = await s.meet("10.0.0.2");
    expect((): unknown => Reflect.apply(near.auto, near, [options])).toThrow(
      expect.objectContaining({ code: "console.argument", message }),
    );
  });

  it("rejects a peer without handshake, and a closed one", async () => {
    const s = await ConsoleStage.begin();
    await s.stage.seeder("10.0.0.3");
    const bare = await s.wait(s.session.contact("10.0.0.3", 6881, { handshake: false }));
    expect(() => bare.auto()).toThrow(expect.objectContaining({ code: "console.handshake" }));
    bare.close();
    expect(() => bare.auto()).toThrow(expect.objectContaining({ code: "console.closed" }));
    expect(bare.auto(false)).toEqual({ keepAlive: false, answer: false, download: false, metadata: false });
  });
});

describe("auto: keep-alive", () => {
  it("counts the silence before it was switched on", async () => {
    const s = await ConsoleStage.begin();
    const { far, near } = await s.meet("10.0.0.2");
    await s.run(100_000);
    near.auto({ keepAlive: true });
    await s.run(KEEP_ALIVE_MS - 102_000);
    expect(far.of("keep-alive").length).toBe(0);
    await s.run(5_000);
    expect(far.of("keep-alive").length).toBe(1);
  });

  it("is sent after a silence of our side, whichever side sent last", async () => {
    const s = await ConsoleStage.begin();
    const { far, near } = await s.meet("10.0.0.2");
    await s.run(60_000);
    near.auto({ keepAlive: true });
    await s.run(KEEP_ALIVE_MS - 62_000);
    near.interested();
    await s.run(KEEP_ALIVE_MS - 2_000);
    expect(far.of("keep-alive").length).toBe(0);
    await s.run(5_000);
    expect(far.of("keep-alive").length).toBe(1);
    near.auto(false);
    expect(s.host.timers).toBe(0);
    await s.run(300_000);
    expect(far.of("keep-alive").length).toBe(1);
  });
});
