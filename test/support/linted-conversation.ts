import { Conversation } from "../../src/console/conversation/conversation.ts";
import type { Finding, Way } from "../../src/console/conversation/entry.ts";
import { createLinter } from "../../src/console/lint/index.ts";
import { encodeBitfield, encodeHandshake, type Reserved } from "../../src/wire/index.ts";
import { cryptoHasher } from "./memory-source.ts";
import type { Goods } from "./violating-peer.ts";

const HASH = new Uint8Array(20).fill(1);

/** A conversation that a test writes, with a linter and the clock of the test. */
export class LintedConversation {
  readonly conversation: Conversation;
  readonly #goods: Goods | undefined;
  #now = 0;

  /** Without goods both sides lack the metadata. */
  constructor(goods?: Goods, options: { readonly infoHash?: Uint8Array } = {}) {
    this.#goods = goods;
    const linter = createLinter({ sha1: (bytes) => cryptoHasher.digestSync("sha1", bytes) });
    this.conversation = new Conversation({ ...options, metainfo: goods?.metainfo, linter });
  }

  /** Both handshakes, with these bits on both sides. */
  handshakes(
    reserved: Partial<Reserved> = { fast: true, extended: true, dht: true },
    peers: Partial<Reserved> = reserved,
  ): this {
    const infoHash = this.#goods?.metainfo.id.wire ?? HASH;
    this.send("out", encodeHandshake({ infoHash, peerId: new Uint8Array(20).fill(2), reserved }));
    return this.send("in", encodeHandshake({ infoHash, peerId: new Uint8Array(20).fill(3), reserved: peers }));
  }

  /** Handshakes and bitfields: the side that connected has nothing, the other everything. */
  begin(reserved?: Partial<Reserved>): this {
    const field = (byte: number, last: number): Uint8Array => encodeBitfield(new Uint8Array([byte, last]));
    return this.handshakes(reserved).send("out", field(0, 0)).send("in", field(0xff, 0xe0));
  }

  send(way: Way, ...messages: readonly Uint8Array[]): this {
    for (const message of messages) this.conversation.receive(way, message, this.#now);
    return this;
  }

  wait(ms: number): this {
    this.#now += ms;
    return this;
  }

  close(way: Way): this {
    this.conversation.close(way, "closed", this.#now);
    return this;
  }

  get findings(): readonly Finding[] {
    return this.conversation.findings;
  }

  /** `"in request.choked"`, in order. */
  get found(): string[] {
    return this.findings.map(({ way, rule }) => `${way} ${rule}`);
  }
}
