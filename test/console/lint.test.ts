import { afterAll, afterEach, describe, expect, it } from "vitest";
import { Conversation } from "../../src/console/conversation/conversation.ts";
import type { PeerView } from "../../src/console/session/peer/peer-view.ts";
import { createLinter, RULES } from "../../src/console/lint/index.ts";
import { ConsoleSession } from "../../src/console/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import { sha1 } from "../support/eavesdropper.ts";
import { answering, converse } from "../support/honest-peer.ts";
import { VIOLATIONS } from "../support/rule-violations.ts";
import { makeGoods, ViolatingServer } from "../support/violating-peer.ts";

const goods = makeGoods();
const privateGoods = makeGoods(true);
const servers: ViolatingServer[] = [];
const runtime = nodeRuntime();
afterAll(() => runtime.close());

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe("the linter with a violating peer over a real connection", () => {
  it.each(Object.entries(VIOLATIONS))("finds that it %s, and nothing else", async (_name, violation) => {
    const torrent = violation.private === true ? privateGoods : goods;
    const server = await ViolatingServer.listen(torrent, violation);
    servers.push(server);
    const conversation = new Conversation({
      metainfo: torrent.metainfo,
      infoHash: torrent.metainfo.id.wire,
      linter: createLinter({ sha1 }),
    });
    await converse(server.port, torrent, conversation);
    const { severity, bep } = RULES[violation.rule];
    expect(conversation.findings.map(({ rule, way, severity, bep }) => ({ rule, way, severity, bep }))).toEqual([
      { rule: violation.rule, way: "in", severity, bep },
    ]);
  });
});

describe("lint(peer) of a live session", () => {
  it.each(Object.entries(VIOLATIONS))("finds that the peer %s, and nothing else", async (_name, violation) => {
    const torrent = violation.private === true ? privateGoods : goods;
    const server = await ViolatingServer.listen(torrent, violation);
    servers.push(server);
    const session = await ConsoleSession.open({
      runtime,
      source: torrent.metainfo,
      clientName: "test",
      linter: () => createLinter({ sha1 }),
    });
    const over = new Promise<PeerView>((resolve) => {
      session.onPeer((peer) => {
        const reply = answering(torrent, peer.conversation, (...parts) => {
          for (const part of parts) if (!peer.isClosed) peer.raw(part);
        });
        peer.messages.watch((entry) => {
          // After everything that arrived with it was checked: a reply in between would be listed before the rest.
          queueMicrotask(() => {
            reply(entry);
            if (entry.type === "closed") resolve(peer);
          });
        });
      });
    });
    // An invalid handshake is refused; its findings are reported all the same.
    await session
      .contact("127.0.0.1", server.port, { reserved: { extended: true, fast: true, dht: true } })
      .catch(() => session.peers.last?.close());
    const peer = await Promise.race([over, session.peers.last?.isClosed === true ? session.peers.last : over]);
    expect(peer.findings.filter(({ way }) => way === "in").map(({ rule }) => rule)).toEqual([violation.rule]);
    expect(peer.findings.filter(({ way, severity }) => way === "out" && severity === "fault")).toEqual([]);
    await session.close();
  });
});
