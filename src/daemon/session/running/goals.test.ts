import { describe, expect, it } from "vitest";
import { ENDLESS, hasReachedGoal } from "./goals.ts";

describe("hasReachedGoal", () => {
  const none = {
    maxDownloadRate: null,
    maxUploadRate: null,
    seedRatio: null,
    seedSeconds: null,
    seedIdleSeconds: null,
    maxPeers: null,
  };
  it.each([
    [{ ratio: 5, seconds: 1e9, idleSeconds: 1e9 }, {}, {}, false],
    [{ ratio: 0, seconds: 0, idleSeconds: 60 }, {}, { seedIdleSeconds: 60 }, true],
    [{ ratio: 0, seconds: 0, idleSeconds: 59 }, {}, { seedIdleSeconds: 60 }, false],
    [{ ratio: 0, seconds: 0, idleSeconds: 600 }, { seedIdleSeconds: ENDLESS }, { seedIdleSeconds: 60 }, false],
    [{ ratio: 2, seconds: 0 }, {}, { seedRatio: 2 }, true],
    [{ ratio: 1.99, seconds: 0 }, {}, { seedRatio: 2 }, false],
    [{ ratio: 2, seconds: 0 }, { seedRatio: 3 }, { seedRatio: 1 }, false],
    [{ ratio: 0, seconds: 60 }, { seedSeconds: 60 }, { seedRatio: 1 }, true],
    [{ ratio: 0, seconds: 0 }, { seedRatio: 0 }, {}, true],
  ])("%o with own %o and the session's %o: %s", (seeded, own, session, result) => {
    expect(
      hasReachedGoal(
        { idleSeconds: 0, ...seeded },
        { ...none, ...own },
        { seedRatio: null, seedSeconds: null, seedIdleSeconds: null, ...session },
      ),
    ).toBe(result);
  });
});
