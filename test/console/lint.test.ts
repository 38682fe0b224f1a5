import { afterEach, describe, expect, it } from "vitest";
import { Conversation } from "../../src/console/conversation/conversation.ts";
import { createLinter, RULES } from "../../src/console/lint/index.ts";
import { sha1 } from "../support/eavesdropper.ts";
import { converse } from "../support/honest-peer.ts";
import { MISDEEDS } from "../support/misdeeds.ts";
import { makeGoods, RudeServer } from "../support/rude-peer.ts";

const goods = makeGoods();
const privateGoods = makeGoods(true);
const servers: RudeServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe("the linter, of a rude peer over a real connection", () => {
  it.each(Object.entries(MISDEEDS))("finds that it %s, and nothing else", async (_name, misdeed) => {
    const torrent = misdeed.private === true ? privateGoods : goods;
    const server = await RudeServer.listen(torrent, misdeed);
    servers.push(server);
    const conversation = new Conversation({ metainfo: torrent.metainfo, infoHash: torrent.metainfo.id.wire, linter: createLinter({ sha1 }) });
    await converse(server.port, torrent, conversation);
    const { severity, bep } = RULES[misdeed.rule];
    expect(conversation.findings.map(({ rule, way, severity, bep }) => ({ rule, way, severity, bep }))).toEqual([{ rule: misdeed.rule, way: "in", severity, bep }]);
  });
});
