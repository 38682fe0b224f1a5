/**
 * A tracker and two of its clients in one process, on loopback: announce over HTTP and UDP, scrape, and a session that
 * keeps a torrent announced until it is stopped.
 */
import { formatEndpoint, InfoHash, PeerId, utf8 } from "millrace/base";
import { nodeRuntime } from "millrace/runtime/node";
import { announce, scrape, TrackerServer, TrackerSession } from "millrace/tracker";
const print = (line) => console.log(line);
const runtime = nodeRuntime();
const infoHash = InfoHash.parse("0123456789abcdef0123456789abcdef01234567");
// 1. A server. Port 0 lets the system choose; `listen` says what it chose.
const server = new TrackerServer(runtime, { http: { ip: "127.0.0.1", port: 0 }, udp: { ip: "127.0.0.1", port: 0 } });
const { http, udp } = await server.listen();
if (http === undefined || udp === undefined) throw new Error("the tracker does not listen");
const httpUrl = `http://${formatEndpoint(http)}/announce`;
const udpUrl = `udp://${formatEndpoint(udp)}/announce`;
// 2. One announce, with headers of our own. Nothing is repeated: this is the whole conversation.
const seeder = {
  url: httpUrl,
  infoHash,
  peerId: PeerId.fromBytes(utf8("-XX0001-seederseeder")),
  port: 6881,
  uploaded: 0,
  downloaded: 0,
  left: 0,
  event: "started",
  headers: { "user-agent": "example/1.0" },
};
const first = await announce(runtime, seeder);
print(`seeder announced; next in ${first.interval} s; the tracker sees us as ${first.externalIp ?? "?"}`);
// 3. A session does the rest for a torrent: started, regular announces, completed, stopped; tiers, back-off and
//    promotion.
let left = 1_000_000;
const found = new Promise((resolve) => {
  const session = new TrackerSession(runtime, {
    tiers: [[udpUrl]],
    infoHash,
    peerId: PeerId.fromBytes(utf8("-XX0001-leecherleech")),
    key: runtime.random.below(2 ** 32),
    port: () => 6882,
    stats: () => ({ uploaded: 0, downloaded: 1_000_000 - left, left }),
    numWant: () => 50,
    userAgent: "example/1.0",
    onPeers: (peers) => {
      resolve(peers.map(formatEndpoint).join(", "));
      left = 0;
      session.completed();
    },
    onStatus: ({ state, seeders, leechers }) => {
      print(
        `session: ${state.kind}${state.kind === "announcing" ? ` ${state.event ?? ""}` : ""} (${seeders ?? "?"} seeders, ${leechers ?? "?"} leechers)`,
      );
      if (state.kind === "working" && left === 0 && seeders === 2) void finish(session);
    },
  });
  session.start();
});
print(`peers: ${await found}`);
// 4. `stop` says goodbye and takes no longer than 3 s.
async function finish(session) {
  const [figures] = await scrape(runtime, httpUrl, [infoHash]);
  print(`scrape: ${figures?.seeders} seeders, ${figures?.completed} downloads completed`);
  await session.stop();
  print(`after stop: ${server.stats().seeders} seeder`);
  await server.close();
  await runtime.close();
}
