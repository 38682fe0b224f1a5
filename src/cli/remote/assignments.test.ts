import { describe, expect, it } from "vitest";
import { CommandLineError } from "../output/problem.ts";
import { numberOrNone, rateOrNone, readAssignments } from "./assignments.ts";

describe("readAssignments", () => {
  it("reads each kind of value", () => {
    expect(
      readAssignments([
        "maxDownloadRate=1MiB",
        "maxUploadRate=none",
        "maxPeers=50",
        "seedRatio=1.5",
        "startAdded=no",
        "downloadDir=/a=b",
        "watchDir=",
        'labels={"a":"/b"}',
        "schedule=[]",
      ]),
    ).toEqual({
      maxDownloadRate: 1_048_576,
      maxUploadRate: null,
      maxPeers: 50,
      seedRatio: 1.5,
      startAdded: false,
      downloadDir: "/a=b",
      watchDir: "",
      labels: { a: "/b" },
      schedule: [],
    });
  });

  it.each([
    "maxPeers",
    "nothing=1",
    "=1",
    "__proto__=1",
    "toString=1",
    "maxPeers=none",
    "maxPeers=-1",
    "maxPeers=",
    "maxPeers=1e3",
    "maxDownloadRate=0",
    "maxDownloadRate=fast",
    "startAdded=maybe",
    "labels={",
  ])("refuses %s", (text) => {
    expect(() => readAssignments([text])).toThrow(CommandLineError);
  });
});

describe("rateOrNone, numberOrNone", () => {
  it("have a word for no limit", () => {
    expect([
      rateOrNone("--down")("none"),
      rateOrNone("--down")("2KiB"),
      numberOrNone("--ratio")("none"),
      numberOrNone("--ratio")("0.5"),
    ]).toEqual(["none", 2048, "none", 0.5]);
    expect(() => numberOrNone("--ratio")("two")).toThrow(/^--ratio must be a number/);
  });
});
