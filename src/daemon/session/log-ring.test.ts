import { describe, expect, it, vi } from "vitest";
import { digest } from "../../../test/support/stage.ts";
import { silentLog } from "../../runtime/index.ts";
import { simWorld } from "../../sim/index.ts";
import { MAX_LOG_LINES, MAX_LOG_TEXT } from "./limits.ts";
import { LogRing } from "./log-ring.ts";

describe("LogRing", () => {
  it("keeps the last lines, numbered on, each not longer than it may be, and passes all on", () => {
    const { clock } = simWorld({ digest }).host("10.0.0.1").runtime;
    const info = vi.fn<(message: string) => void>();
    const told: number[] = [];
    const ring = new LogRing(clock, { ...silentLog, info }, ({ id }) => told.push(id));
    for (let n = 1; n <= MAX_LOG_LINES + 5; n++) ring.info(`line ${n}`, { infoHash: "a".repeat(40), code: "x.y" });
    ring.debug("not for the page");
    ring.warn("w".repeat(MAX_LOG_TEXT * 2), { infoHash: "not one" });
    expect(ring.lines()).toHaveLength(MAX_LOG_LINES);
    expect(ring.lines()[0]).toMatchObject({ id: 7, message: "line 7; code: x.y", torrent: "a".repeat(40) });
    expect(ring.lines(MAX_LOG_LINES + 5)).toMatchObject([{ id: MAX_LOG_LINES + 6, level: "warn", torrent: null }]);
    expect(ring.lines().at(-1)?.message.length).toBe(MAX_LOG_TEXT);
    expect([ring.lines(1e9), told.length, info.mock.calls.length]).toEqual([[], MAX_LOG_LINES + 6, MAX_LOG_LINES + 5]);
  });
});
