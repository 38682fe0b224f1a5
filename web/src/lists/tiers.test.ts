import { expect, test } from "vitest";
import { tiersFromText, tiersToText } from "./tiers.ts";

test("tiers: text and back, however many empty lines are between", () => {
  const text = tiersToText([
    { tier: 1, url: "udp://b" },
    { tier: 0, url: "http://a" },
    { tier: 0, url: "http://c" },
  ]);
  expect(text).toBe("http://a\nhttp://c\n\nudp://b");
  expect(tiersFromText(`\n ${text.replace("\n\n", "\n \n\n")} \r\n`)).toEqual([["http://a", "http://c"], ["udp://b"]]);
  expect(tiersFromText(" \n")).toEqual([]);
});
