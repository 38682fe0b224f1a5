import { describe, expect, it } from "vitest";
import {
  AbortError,
  InputError,
  MillraceError,
  NetworkError,
  StorageError,
  TrackerError,
  UsageError,
} from "../../base/index.ts";
import { failureOf, HttpError, problemOf, problemResponse } from "./problem.ts";

describe("problemOf", () => {
  it.each([
    [new MillraceError("session.not-found", "m"), 404],
    [new MillraceError("session.not-active", "m"), 409],
    [new InputError("metainfo.bencode", "m"), 422],
    [new UsageError("client.duplicate", "m"), 409],
    [new UsageError("session.settings", "m"), 422],
    [new StorageError("storage.full", "m"), 507],
    [new StorageError("storage.write", "m"), 500],
    [new NetworkError("net.refused", "m"), 502],
    [new NetworkError("http.forbidden", "m"), 422],
    [new TrackerError("tracker.timeout", "m"), 502],
    [new AbortError("m"), 503],
    [new HttpError(418, "x.y", "m"), 418],
  ])("gives %o the status %i, its code and its words", (error, status) => {
    expect(problemOf(error)).toEqual({
      type: `urn:millrace:${error.code}`,
      title: expect.any(String) as string,
      status,
      detail: "m",
      code: error.code,
    });
  });

  it.each([
    new Error("secret path /home/x"),
    new TypeError("x is undefined"),
    "text",
    undefined,
    new MillraceError("internal", "secret path /home/x"),
  ])("returns no details of an unexpected error: %o", async (thrown) => {
    const answer = problemResponse(thrown);
    const text = await answer.text();
    expect([answer.status, answer.headers.get("content-type")]).toEqual([500, "application/problem+json"]);
    expect(text).not.toMatch(/secret|undefined|stack|at /);
    expect(JSON.parse(text)).toMatchObject({ code: "internal", status: 500 });
  });
});

describe("failureOf", () => {
  it("has the status that the code has by itself", () => {
    expect(
      ["session.not-found", "storage.full", "storage.write", "client.duplicate", "x.y"].map(
        (code) => failureOf(code, "m").status,
      ),
    ).toEqual([404, 507, 500, 409, 422]);
  });
});
