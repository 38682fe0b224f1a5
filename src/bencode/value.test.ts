import { describe, expect, it } from "vitest";
import { utf8 } from "../base/index.ts";
import { decode } from "./decode.ts";
import {
  asBytes,
  asDict,
  asInt,
  asList,
  asText,
  optionalInt,
  optionalText,
  requireBytes,
  requireDict,
  requireInt,
  requireList,
  requireText,
} from "./value.ts";
import type { BDict } from "./value.ts";

const dict = decode(utf8("d3:bigi9007199254740993e4:dictde3:inti-5e4:listle4:text3:abce")) as BDict;

describe("as…", () => {
  it("gives the value of its kind and undefined for every other", () => {
    expect(asInt(dict.get("int"))).toBe(-5);
    expect(asInt(dict.get("big"))).toBeUndefined();
    expect(asInt(dict.get("text"))).toBeUndefined();
    expect(asText(dict.get("text"))).toBe("abc");
    expect(asBytes(dict.get("text"))).toEqual(utf8("abc"));
    expect(asBytes(dict.get("list"))).toBeUndefined();
    expect(asList(dict.get("list"))).toEqual([]);
    expect(asList(dict.get("dict"))).toBeUndefined();
    expect(asDict(dict.get("dict"))).toEqual(new Map());
    expect(asDict(undefined)).toBeUndefined();
  });
});

describe("require… and optional…", () => {
  it("give the value", () => {
    expect(requireInt(dict, "int", { min: -5, max: -5 })).toBe(-5);
    expect(requireText(dict, "text")).toBe("abc");
    expect(requireBytes(dict, "text")).toEqual(utf8("abc"));
    expect(requireList(dict, "list")).toEqual([]);
    expect(requireDict(dict, "dict")).toEqual(new Map());
    expect(optionalText(dict, "nothing")).toBeUndefined();
    expect(optionalInt(dict, "nothing")).toBeUndefined();
  });

  it.each([
    ["a missing key", () => requireInt(dict, "nothing"), "bencode.missing"],
    ["a missing string", () => requireBytes(dict, "nothing"), "bencode.missing"],
    ["a value of another kind", () => requireDict(dict, "list"), "bencode.type"],
    ["text where an integer belongs", () => requireInt(dict, "text"), "bencode.type"],
    ["an optional value of another kind", () => optionalText(dict, "int"), "bencode.type"],
    ["a bigint", () => requireInt(dict, "big"), "bencode.range"],
    ["an integer below the range", () => requireInt(dict, "int", { min: 0 }), "bencode.range"],
    ["an integer above the range", () => optionalInt(dict, "int", { max: -6 }), "bencode.range"],
  ])("refuse %s", (_what, read, code) => {
    expect(read).toThrow(expect.objectContaining({ name: "InputError", code }));
  });
});
