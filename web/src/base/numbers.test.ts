import { expect, test } from "vitest";
import { mediaOf } from "../lists/media.ts";
import { optional, positive, shown } from "./numbers.ts";

test("optional: empty and nonsense are none, zero is zero", () => {
  expect(["", " ", "x", "-1", "0", "1.5"].map(optional)).toEqual([null, null, null, null, 0, 1.5]);
});

test("positive: zero is none, parts are rounded", () => {
  expect(["", "0", "0.4", "1.6"].map(positive)).toEqual([null, null, null, 2]);
  expect([shown(null), shown(0)]).toEqual(["", "0"]);
});

test("mediaOf: by the end of the name, whatever its case", () => {
  expect(["a.WEBM", "b.tar.flac", "c.mp4.txt", "mp4", ""].map(mediaOf)).toEqual(["video", "audio", null, null, null]);
});
