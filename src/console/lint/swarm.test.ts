import { describe, expect, it } from "vitest";
import { digest, makePlay, Stage, type Actor } from "../../../test/support/stage.ts";
import type { Metainfo } from "../../metainfo/index.ts";
import type { Runtime, Socket, SocketHandlers } from "../../runtime/index.ts";
import { Conversation } from "../conversation/conversation.ts";
import { otherWay, type Way } from "../conversation/entry.ts";
import { createLinter } from "./linter.ts";

/** A runtime whose connections are listened to at this end: what arrives from far away is seen late. */
function recorded(runtime: Runtime, metainfo: Metainfo, conversations: Conversation[]): Runtime {
  const listenTo = (socket: Socket, own: Way): Socket => {
    const conversation = new Conversation({
      metainfo,
      infoHash: metainfo.id.wire,
      linter: createLinter({ sha1: (bytes) => digest("sha1", bytes) }),
    });
    conversations.push(conversation);
    const now = (): number => runtime.clock.now();
    const wrap = (handlers: SocketHandlers): SocketHandlers => ({
      onData: (chunk) => {
        conversation.receive(otherWay(own), chunk, now());
        handlers.onData(chunk);
      },
      onDrain: () => handlers.onDrain(),
      onClose: (error) => {
        conversation.close(otherWay(own), "closed", now());
        handlers.onClose(error);
      },
    });
    return new Proxy(socket, {
      get(target, name) {
        if (name === "start" || name === "handOver") return (handlers: SocketHandlers) => target[name](wrap(handlers));
        if (name === "write") {
          return (...args: Parameters<Socket["write"]>) => {
            conversation.receive(own, args[0], now());
            return target.write(...args);
          };
        }
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
  };
  const { net } = runtime;
  return {
    ...runtime,
    net: {
      resolve: (host, signal) => net.resolve(host, signal),
      connect: async (options) => listenTo(await net.connect(options), "out"),
      listen: (options) => net.listen({ ...options, onSocket: (socket) => options.onSocket(listenTo(socket, "in")) }),
    },
  };
}

describe("the linter, at one end of every connection of a swarm", () => {
  it.each([
    ["quick", 1, 1],
    ["slow", 2, 400],
  ])("finds no fault when the lines are %s", async (_title, seed, latencyMs) => {
    const play = await makePlay({ "one.bin": 4_000_000 });
    const stage = new Stage(play, seed);
    const conversations: Conversation[] = [];
    const actors: Actor[] = [];
    const enter = async (ip: string, isSeed: boolean): Promise<void> => {
      const host = stage.world.host(ip, { up: 300_000, latencyMs });
      if (isSeed) for (const [path, bytes] of play.files) host.disk.put(`/data/${path}`, bytes);
      actors.push(
        await stage.enter(
          host,
          { runtime: recorded(host.runtime, play.metainfo, conversations), encryption: "disabled" },
          { peers: actors.map(({ address }) => address) },
        ),
      );
    };
    await enter("10.0.0.1", true);
    for (let index = 2; index <= 12; index++) await enter(`10.0.0.${index}`, false);
    await stage.world.settled(Promise.all(actors.map(({ torrent }) => torrent.done)), 3_600_000);
    await stage.close();
    const messages = conversations.flatMap(({ entries }) => entries.map(({ type }) => type));
    expect(messages.filter((type) => type === "choke").length).toBeGreaterThan(0);
    expect(messages.filter((type) => type === "piece").length).toBeGreaterThan(2 * 11 * (4_000_000 / 16_384));
    // The end of the play cuts off who is speaking.
    const odd = conversations.flatMap(({ findings }) => findings.filter(({ rule }) => rule !== "framing.truncated"));
    expect(odd.map(({ rule, way, text }) => `${way} ${rule}: ${text}`)).toEqual([]);
  });
});
