import { describe, expect, it } from "vitest";
import { AbortError } from "../../base/index.ts";
import { resolveHost } from "./resolve.ts";

describe("resolveHost", () => {
  it.each([false, true])("resolves addresses, and names of this machine (stoppable: %s)", async (isStoppable) => {
    expect(await resolveHost("127.1.2.3", undefined, { isStoppable })).toEqual(["127.1.2.3"]);
    expect(await resolveHost("0:0::1", undefined, { isStoppable })).toEqual(["::1"]);
    expect((await resolveHost("localhost", undefined, { isStoppable })).join()).toMatch(/127\.0\.0\.1|::1/);
  });

  it.each([false, true])("ends with an abort (stoppable: %s)", async (isStoppable) => {
    const abort = new AbortController();
    const pending = resolveHost("localhost", abort.signal, { isStoppable });
    abort.abort();
    await expect(pending).rejects.toThrow(AbortError);
    await expect(resolveHost("127.0.0.1", abort.signal, { isStoppable })).rejects.toThrow(AbortError);
  });
});
