import { describe, expect, it } from "vitest";
import { InputError } from "../../../base/index.ts";
import { createRequest } from "../../../api/index.ts";
import { checkTrackers } from "./tracker-urls.ts";

const RIGHT = [
  "http://t.example/announce",
  "https://t.example:1/a?k=1",
  "udp://t.example:6969",
  "udp://[2001:db8::1]:80/announce",
  "wss://t.example",
  "ws://t.example/x",
];
const WRONG = [
  "javascript:alert(1)",
  "data:text/plain,x",
  "file:///etc/passwd",
  "ftp://t.example/a",
  "dht://t.example",
  "http://",
  "t.example",
  "",
];

describe("checkTrackers", () => {
  it.each(RIGHT)("takes %s", (url) => {
    expect(() => checkTrackers([[url]], [])).not.toThrow();
  });

  it.each(WRONG)("refuses %s", (url) => {
    expect(() => checkTrackers([["http://t.example/a"], [url]], [])).toThrow(InputError);
    expect(createRequest.safeParse({ path: "/x", trackers: [url] }).success).toBe(false);
  });

  it("leaves what the torrent has already", () => {
    expect(() =>
      checkTrackers([["dht://t.example"], ["http://new.example/"]], [["dht://t.example", "x"]]),
    ).not.toThrow();
    expect(() => checkTrackers([["javascript:x"]], [["dht://t.example"]])).toThrow(
      expect.objectContaining({ code: "session.tracker" }),
    );
  });
});
