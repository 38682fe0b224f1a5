import { describe, expect, it } from "vitest";
import { toError } from "../../base/index.ts";
import { ApiError, type Problem } from "../../api/index.ts";
import { CommandLineError } from "../output/problem.ts";
import { daemonUrl, explained, withTimeout } from "./connection.ts";

const problem: Problem = {
  type: "about:blank",
  title: "",
  status: 404,
  detail: "there is no such torrent",
  code: "session.not-found",
};
const URL_ = "http://h:1";

describe("daemonUrl", () => {
  it("prefers the option to the environment, and accepts an address without its scheme", () => {
    expect(daemonUrl("https://h.example/millrace/", "http://other")).toBe("https://h.example/millrace");
    expect(daemonUrl(undefined, "box:9191")).toBe("http://box:9191");
    expect(daemonUrl("[::1]:80", "")).toBe("http://[::1]");
    expect([daemonUrl(undefined, undefined), daemonUrl(undefined, "")]).toEqual([
      "http://127.0.0.1:9191",
      "http://127.0.0.1:9191",
    ]);
  });

  it("rejects an invalid URL, without repeating a possible secret", () => {
    for (const text of ["", "ftp://h/", "http://", "http://me:secret@h/", "me:secret@h"]) {
      expect(() => daemonUrl(text, undefined), text).toThrow(CommandLineError);
      expect(() => daemonUrl(text, undefined), text).not.toThrow(/secret/);
    }
  });
});

describe("explained", () => {
  it("returns what to do when the daemon does not reply, and the reason", () => {
    const cause = new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code: "ECONNREFUSED" }) });
    const error = new ApiError({ ...problem, status: 0, code: "network" }, { cause });
    expect(explained(error, URL_, undefined)).toMatchObject({
      code: "remote.unreachable",
      message: expect.stringMatching(/http:\/\/h:1 \(ECONNREFUSED\); `millrace daemon` starts a daemon/) as string,
    });
  });

  it("distinguishes a missing token from a wrong one", () => {
    const error = new ApiError({ ...problem, status: 401, code: "auth.token" });
    expect(explained(error, URL_, undefined)).toMatchObject({
      code: "auth.token",
      message: expect.stringContaining("set MILLRACE_TOKEN") as string,
    });
    expect(explained(error, URL_, "token.txt")).toMatchObject({
      code: "auth.token",
      message: expect.stringContaining("the token of token.txt") as string,
    });
  });

  it("reports a server that is not the daemon", () => {
    expect(explained(new SyntaxError("x"), URL_, undefined)).toMatchObject({ code: "remote.no-daemon" });
    expect(
      explained(new ApiError({ ...problem, code: "http", detail: "the daemon answered 404" }), URL_, undefined),
    ).toMatchObject({ code: "remote.no-daemon" });
    expect(explained(new ApiError({ ...problem, code: "http.not-found" }), URL_, undefined)).toMatchObject({
      code: "remote.no-daemon",
    });
  });

  it("keeps the daemon's error, and adds the problem of each field", () => {
    const plain = new ApiError(problem);
    expect(explained(plain, URL_, undefined)).toBe(plain);
    const detailed = new ApiError({
      ...problem,
      code: "http.invalid",
      detail: "no",
      issues: [{ path: "maxPeers", message: "too big" }],
    });
    expect(explained(detailed, URL_, undefined)).toMatchObject({
      code: "http.invalid",
      message: "no; maxPeers: too big",
    });
    const other = new Error("x");
    expect(explained(other, URL_, undefined)).toBe(other);
  });
});

describe("withTimeout", () => {
  const silent: typeof fetch = (_input, init) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener("abort", () => reject(toError(init.signal?.reason)));
    });

  it("rejects a GET without a response, so that the daemon counts as unreachable", async () => {
    await expect(withTimeout(silent, 5)("http://127.0.0.1:9191/api/v1/torrents")).rejects.toMatchObject({
      code: "ETIMEDOUT",
    });
  });

  it("does not limit other requests, and keeps the caller's signal", async () => {
    const inner: typeof fetch = async (_input, init) => {
      expect(init?.signal).toBeUndefined();
      return new Response("done");
    };
    const response = await withTimeout(inner, 5)("http://127.0.0.1:9191/x", { method: "POST" });
    expect(await response.text()).toBe("done");
    const controller = new AbortController();
    const waiting = withTimeout(silent, 60_000)("http://127.0.0.1:9191/x", { signal: controller.signal });
    controller.abort(new Error("Ctrl-C"));
    await expect(waiting).rejects.toThrow("Ctrl-C");
  });
});
