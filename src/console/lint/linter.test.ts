import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LintedConversation } from "../../../test/support/linted-conversation.ts";
import { makeGoods } from "../../../test/support/violating-peer.ts";
import {
  encodeExtended,
  encodeExtendedHandshake,
  encodeHandshake,
  encodeRaw,
  encodeRequest,
} from "../../wire/index.ts";
import { MAX_LINTED_REQUESTS } from "./limits.ts";
import { RULES } from "./rules.ts";

const goods = makeGoods();
const handshake = encodeHandshake({
  infoHash: goods.metainfo.id.wire,
  peerId: new Uint8Array(20),
  reserved: new Uint8Array(8).fill(0xff),
});

const way = fc.constantFrom("out" as const, "in" as const);
/** Numbers that mean something here, and others. */
const uint32 = fc.oneof(fc.constantFrom(0, 1, 10, 11, 16_384, 262_144, 0xffff_ffff), fc.nat(0xffff_ffff));
const words = fc.array(uint32, { maxLength: 6 }).map((numbers) => {
  const bytes = new Uint8Array(numbers.length * 4);
  const view = new DataView(bytes.buffer);
  numbers.forEach((number, index) => view.setUint32(index * 4, number));
  return bytes;
});
const message = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(fc.oneof(fc.nat(23), fc.nat(255)), words).map(([id, payload]) => encodeRaw(id, payload)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.nat(5), fc.uint8Array({ maxLength: 80 }))
      .map(([id, payload]) => encodeExtended(id, payload)),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(5), fc.nat(5), fc.nat(40_000)).map(([a, b, size]) =>
      encodeExtended(
        0,
        encodeExtendedHandshake({
          extensions: new Map([
            ["ut_pex", a],
            ["ut_metadata", b],
          ]),
          metadataSize: size,
          requestQueue: 1 + (size % 9),
        }),
      ),
    ),
  },
  { weight: 1, arbitrary: fc.constant(new Uint8Array(4)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }) },
);

describe("createLinter", () => {
  it("never throws, for any messages of both sides", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(way, message, fc.nat(200_000)), { maxLength: 60 }),
        fc.boolean(),
        fc.boolean(),
        way,
        (said, isShaken, isKnown, last) => {
          const conversation = new LintedConversation(isKnown ? goods : undefined);
          if (isShaken) conversation.send("out", handshake).send("in", handshake);
          for (const [who, bytes, ms] of said) conversation.wait(ms).send(who, bytes);
          conversation.close(last);
          for (const { rule, severity, bep, text } of conversation.findings) {
            const known = new Map<string, { severity: string; bep: number }>(Object.entries(RULES)).get(rule);
            expect(known).toMatchObject({ severity, bep });
            expect(text).toMatch(/^[\x20-\x7e]+$/);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("checks an earlier bitfield when the metadata is received later", () => {
    const conversation = new LintedConversation()
      .handshakes({ fast: true })
      .send("in", encodeRaw(5, new Uint8Array([0xff, 0xff])));
    conversation.send("out", encodeRaw(5, new Uint8Array(1)));
    conversation.conversation.learn(goods.metainfo);
    conversation.send("in", encodeRaw(1, new Uint8Array(0))).send("out", encodeRaw(3, new Uint8Array(0)));
    expect(conversation.found).toEqual(["in pieces.spare", "out pieces.bitfield-length"]);
  });

  it("reports no unrequested blocks after it had to forget requests", () => {
    const conversation = new LintedConversation().handshakes({}).send("in", encodeRaw(1, new Uint8Array(0)));
    for (let piece = 0; piece <= MAX_LINTED_REQUESTS; piece++)
      conversation.send("out", encodeRequest(piece, 0, 16_384));
    const before = conversation.findings.length;
    conversation.send("in", encodeRaw(7, new Uint8Array(8 + 16_384)));
    expect(conversation.findings.slice(before)).toEqual([]);
  });
});
