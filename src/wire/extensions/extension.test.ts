import { describe, expect, it } from "vitest";
import { PeerError, UsageError, utf8, utf8Decode } from "../../base/index.ts";
import { decode } from "../../bencode/index.ts";
import { MAX_EXTENSIONS } from "../limits.ts";
import { ExtensionRegistry, defineExtension } from "./extension.ts";
import { ExtensionNegotiation } from "./negotiation.ts";

const hello = defineExtension<string>({ name: "xx_hello", encode: utf8, decode: utf8Decode });
const count = defineExtension<number>({
  name: "xx_count",
  encode: (n) => utf8(`i${n}e`),
  decode: (payload) => Number(decode(payload)),
});

type Heard = [context: string, message: string | number];

function setUp(): { registry: ExtensionRegistry<string>; heard: Heard[] } {
  const heard: Heard[] = [];
  const registry = new ExtensionRegistry<string>()
    .add(hello, (message, context) => heard.push([context, message.toUpperCase()]))
    .add(count, (message, context) => heard.push([context, message + 1]));
  return { registry, heard };
}

describe("ExtensionRegistry", () => {
  it("numbers extensions from 1 in the order they are added", () => {
    expect([...setUp().registry.localIds]).toEqual([
      ["xx_hello", 1],
      ["xx_count", 2],
    ]);
  });

  it("dispatches each message, decoded, to its handler with its context", () => {
    const { registry, heard } = setUp();
    expect(registry.dispatch(1, utf8("hi"), "peer a")).toBe(true);
    expect(registry.dispatch(2, utf8("i41e"), "peer b")).toBe(true);
    expect(registry.dispatch(3, utf8("?"), "peer b")).toBe(false);
    expect(registry.dispatch(0, utf8("?"), "peer b")).toBe(false);
    expect(heard).toEqual([
      ["peer a", "HI"],
      ["peer b", 42],
    ]);
  });

  it("turns errors of a decoder into a PeerError, but not errors of a handler", () => {
    const registry = new ExtensionRegistry<undefined>().add(count, () => {
      throw new RangeError("the handler's own");
    });
    expect(() => registry.dispatch(1, utf8("garbage"), undefined)).toThrow(PeerError);
    expect(() => registry.dispatch(1, utf8("garbage"), undefined)).toThrow(
      expect.objectContaining({ code: "wire.extension" }),
    );
    expect(() => registry.dispatch(1, utf8("i1e"), undefined)).toThrow(RangeError);
  });

  it("rejects a name twice, and more than 255", () => {
    expect(() => setUp().registry.add(hello, () => undefined)).toThrow(
      expect.objectContaining({ code: "wire.extension-name" }),
    );
    const registry = new ExtensionRegistry<undefined>();
    for (let i = 0; i < MAX_EXTENSIONS; i++) registry.add({ ...hello, name: `xx_${i}` }, () => undefined);
    expect(() => registry.add(hello, () => undefined)).toThrow(UsageError);
  });
});

describe("ExtensionNegotiation", () => {
  it("sends with the peer's ids and receives with our own", () => {
    const { registry, heard } = setUp();
    const negotiation = new ExtensionNegotiation(registry);
    expect(negotiation.supports(hello)).toBe(false);
    expect(negotiation.message(hello, "hi")).toBeUndefined();
    negotiation.update(new Map([["xx_hello", 77]]));
    expect(negotiation.message(hello, "hi")).toEqual({ type: "extended", id: 77, payload: utf8("hi") });
    expect(negotiation.dispatch(77, utf8("no"), "peer")).toBe(false);
    expect(negotiation.dispatch(1, utf8("yes"), "peer")).toBe(true);
    expect(heard).toEqual([["peer", "YES"]]);
  });

  it("a further handshake adds, changes, and turns off with 0", () => {
    const negotiation = new ExtensionNegotiation(setUp().registry);
    negotiation.update(new Map([["xx_hello", 1]]));
    negotiation.update(new Map([["xx_count", 2]]));
    expect([negotiation.remoteId(hello), negotiation.remoteId(count)]).toEqual([1, 2]);
    negotiation.update(
      new Map([
        ["xx_hello", 0],
        ["xx_count", 9],
      ]),
    );
    expect([negotiation.remoteId(hello), negotiation.remoteId(count)]).toEqual([undefined, 9]);
  });

  it("withdraws an extension with 0, and ignores its messages until it is offered again", () => {
    const { registry, heard } = setUp();
    const negotiation = new ExtensionNegotiation(registry, (name) => name !== "xx_count");
    expect([negotiation.withdraw(hello), negotiation.withdraw(hello), negotiation.withdraw(count)]).toEqual([
      true,
      false,
      false,
    ]);
    expect([...negotiation.offered]).toEqual([["xx_hello", 0]]);
    expect([0, 1].map((id) => negotiation.dispatch(id, utf8("no"), "peer"))).toEqual([false, false]);
    expect(heard).toEqual([]);
    expect([negotiation.offer(hello), negotiation.offer(hello)]).toEqual([true, false]);
    expect([...negotiation.offered]).toEqual([["xx_hello", 1]]);
    expect([negotiation.dispatch(1, utf8("yes"), "peer"), heard.length]).toEqual([true, 1]);
  });

  it("offers and accepts only the extensions that the connection may use", () => {
    const { registry, heard } = setUp();
    const negotiation = new ExtensionNegotiation(registry, (name) => name !== "xx_hello");
    expect([...negotiation.offered]).toEqual([["xx_count", 2]]);
    expect(negotiation.dispatch(1, utf8("no"), "peer")).toBe(false);
    expect(heard).toEqual([]);
  });
});
