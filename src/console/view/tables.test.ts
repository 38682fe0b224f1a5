import { describe, expect, it } from "vitest";
import { asciiStyle, newView, plainStyle, sampleTorrent, sendAll } from "../../../test/support/sample-conversation.ts";
import type { PeerView } from "../session/peer/peer-view.ts";
import { hexDump } from "./hex-dump.ts";
import { entryJson } from "./json.ts";
import { entryText } from "./line.ts";
import { twoSpeakers } from "./speakers.ts";
import { lintTable, messagesTable, peersTable, timelineTable } from "./tables.ts";

function finished(): PeerView {
  const view = newView({ metainfo: sampleTorrent });
  sendAll(view);
  return view;
}

describe("timelineTable", () => {
  it("on 120 columns has the findings beside their message", () => {
    expect(
      timelineTable(finished(), { style: plainStyle }).draw({ width: 120, style: plainStyle }).split("\n"),
    ).toEqual([
      "peer 1, 127.0.0.1:6881: → us, ← peer 1",
      "seconds     message                                                                      bytes  lint",
      " +0.000  →  handshake -MI0100-... Millrace 0.1.0, extended, fast                            68",
      " +0.002  ←  handshake -TR3000-... Transmission 3.00, extended, fast, dht                    68",
      ' +0.002  ←  extended-handshake: "Transmission 3.00", ut_metadata 3, ut_pex 1, reqq          96',
      "            512, metadata 106 bytes",
      " +0.003  ←  bitfield 2 of 2 pieces                                                           6",
      " +0.004  →  have-none                                                                        5",
      " +1.500  →  interested                                                                       5",
      " +1.501  →  request piece 0, 16384 bytes from 0                                             17  ! request.choked (BEP 3)",
      "+12.003  ←  unchoke                                                                          5",
      "+12.004  →  request piece 1, 16384 bytes from 0                                             17",
      "+12.005  ←  piece 1, 16384 bytes from 0                                                 16,397",
      "+13.000  ←  malformed: have has a fixed length: expected 5 bytes, received 2 (01)            6  ! framing.size (BEP 3)",
      "+14.000  ←  closed: the peer closed the connection",
      "lint: ! marks a violation of a rule, ~ a message that is allowed but unusual",
    ]);
  });

  it("on 80 columns, without Unicode, has them below", () => {
    const drawn = timelineTable(finished(), { style: asciiStyle, last: 6, speakers: twoSpeakers(finished()) }).draw({
      width: 80,
      style: asciiStyle,
    });
    expect(drawn.split("\n")).toEqual([
      "peer 1, 127.0.0.1:6881: -> Millrace 0.1.0, <- Transmission 3.00",
      "seconds      message                                                       bytes",
      " +1.501  ->  request piece 0, 16384 bytes from 0                              17",
      "         ! request.choked (BEP 3)",
      "+12.003  <-  unchoke                                                           5",
      "+12.004  ->  request piece 1, 16384 bytes from 0                              17",
      "+12.005  <-  piece 1, 16384 bytes from 0                                  16,397",
      "+13.000  <-  malformed: have has a fixed length: expected 5 bytes,             6",
      "             received 2 (01)",
      "         ! framing.size (BEP 3)",
      "+14.000  <-  closed: the peer closed the connection",
      "lint: ! marks a violation of a rule, ~ a message that is allowed but unusual",
    ]);
  });

  it("shows the selected messages, and a line when there are none", () => {
    const only = (type: string): string =>
      timelineTable(finished(), { style: plainStyle, where: (entry) => entry.type === type }).draw({
        width: 80,
        style: plainStyle,
      });
    expect(only("unchoke").split("\n").slice(2)).toEqual(["+12.003  ←  unchoke      5"]);
    expect(only("port").split("\n").slice(1)).toEqual(["no message matches"]);
    expect(
      timelineTable(newView(), { style: plainStyle }).draw({ width: 80, style: plainStyle }).split("\n").slice(1),
    ).toEqual(["no message was sent yet"]);
  });
});

describe("lintTable", () => {
  it("shows time, message, sender, severity, rule, BEP and reason", () => {
    expect(lintTable(finished()).draw({ width: 120, style: plainStyle }).split("\n")).toEqual([
      "seconds   #  sender         rule            BEP  what",
      " +1.501   6  us      fault  request.choked    3  a request for piece 0 begin 0 length 16384, but it was never unchoked",
      "+13.000  10  peer 1  fault  framing.size      3  have has a fixed length: expected 5 bytes, received 2",
    ]);
  });

  it("of several peers names the peer", () => {
    const second = newView({ number: 2, metainfo: sampleTorrent });
    sendAll(second);
    expect(lintTable([finished(), second]).draw({ width: 140, style: plainStyle }).split("\n").slice(0, 2)).toEqual([
      "seconds  peer   #  sender         rule            BEP  what",
      " +1.501     1   6  us      fault  request.choked    3  a request for piece 0 begin 0 length 16384, but it was never unchoked",
    ]);
  });

  it("prints a line when there are no findings", () => {
    expect(lintTable(newView()).draw({ width: 80, style: plainStyle })).toBe("no findings");
  });
});

describe("peersTable", () => {
  it("shows the pieces of each peer, and both choke states", () => {
    expect(
      peersTable([finished(), newView({ number: 2 })])
        .draw({ width: 80, style: plainStyle })
        .split("\n"),
    ).toEqual([
      "#  address         client         has  we  it  msgs      down     up  lint  state",
      "1  127.0.0.1:6881  Transmissio…  100%  CI  --    11  16.2 KiB  112 B     2  closed",
      "2  127.0.0.1:6882  no handshake     ?  C-  C-     0       0 B    0 B        connected",
      "we, it: C chokes the other, I is interested in the other",
    ]);
  });

  it("without peers prints how to connect to one", () => {
    expect(peersTable([]).draw({ width: 80, style: plainStyle })).toBe(
      "no peers yet: contact(host, port) connects to one",
    );
  });
});

describe("messagesTable", () => {
  it("shows the index of each message", () => {
    expect(
      messagesTable(finished().messages.slice(-2), { style: plainStyle })
        .draw({ width: 120, style: plainStyle })
        .split("\n"),
    ).toEqual([
      " #  seconds     message                                                                bytes  lint",
      "10  +13.000  ←  malformed: have has a fixed length: expected 5 bytes, received 2 (01)      6  ! framing.size (BEP 3)",
      "11  +14.000  ←  closed: the peer closed the connection",
    ]);
  });
});

describe("entryText", () => {
  it("is one line, with the findings at its end", () => {
    const [entry] = finished().timeline.where({ number: 6 });
    if (entry === undefined) throw new Error("no entry");
    expect(entryText(entry, { style: plainStyle, peer: 1, speaker: "us\n" })).toBe(
      "  +1.501 peer 1 → from us\\n: request piece 0, 16384 bytes from 0  ! request.choked (BEP 3): a request for piece 0 begin 0 length 16384, but it was never unchoked",
    );
  });
});

describe("entryJson", () => {
  it("has bytes as hexadecimal, names of extensions as an object, and the text", () => {
    const [, , extended, bitfield] = finished().timeline;
    if (extended === undefined || bitfield === undefined) throw new Error("no entries");
    expect(JSON.parse(JSON.stringify(entryJson(extended)))).toMatchObject({
      type: "extended-handshake",
      client: "Transmission 3.00",
      extensions: { ut_metadata: 3, ut_pex: 1 },
      at: 2.25,
      way: "in",
    });
    expect(entryJson(bitfield, 2)).toMatchObject({
      type: "bitfield",
      bits: "c0",
      says: "bitfield 2 of 2 pieces",
      findings: [],
    });
  });
});

describe("hexDump", () => {
  it("shows position, bytes and printable characters", () => {
    expect(hexDump(Uint8Array.from({ length: 20 }, (_, at) => 0x5a + at))).toBe(
      "00000000  5a 5b 5c 5d 5e 5f 60 61  62 63 64 65 66 67 68 69  Z[\\]^_`abcdefghi\n00000010  6a 6b 6c 6d                                       jklm",
    );
    expect(hexDump(new Uint8Array(0))).toBe("no bytes");
    expect(hexDump(new Uint8Array(20), 16).split("\n").at(-1)).toBe("and 4 bytes more");
  });
});
