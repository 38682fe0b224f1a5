import { describe, expect, it } from "vitest";
import { completeLine } from "./completion.ts";
import { SESSION_NAMES } from "./names/index.ts";

const complete = (line: string): readonly [string[], string] | undefined =>
  completeLine(line, SESSION_NAMES, (path) =>
    path === "p" || path === "peers[0]" ? "peer" : path === "peers" ? "list" : undefined,
  );

describe("completeLine", () => {
  it("completes global names, also within a call", () => {
    expect(complete("cont")).toEqual([["contact"], "cont"]);
    expect(complete("await upload(pee")?.[0]).toEqual(["peers", "peer", "peerId"]);
  });

  it("completes members of a value", () => {
    expect(complete("p.metadataRe")).toEqual([["p.metadataRequest", "p.metadataReject"], "p.metadataRe"]);
    expect(complete("await peers[0].sat")).toEqual([["peers[0].satisfy"], "peers[0].sat"]);
    expect(complete("peers.fi")?.[0]).toEqual(["peers.first"]);
  });

  it("completes types of messages", () => {
    expect(complete('const m = await p.next("un')).toEqual([["unchoke", "unknown"], "un"]);
  });

  it("leaves the rest to the completion of JavaScript", () => {
    expect(complete("Math.ma")).toBeUndefined();
    expect(complete("1 + ")).toBeUndefined();
  });
});
