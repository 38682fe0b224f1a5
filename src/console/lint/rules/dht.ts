import { isAgreed, type Topic, whoDidNot } from "../context.ts";

/** Rules about the DHT port (BEP 5), and about port messages for private torrents (BEP 27). */
export const dhtRules: Topic = (context, report) => {
  const { message, metainfo } = context;
  const isPrivate = metainfo?.isPrivate === true;
  if (message.type === "extended-handshake" && isPrivate && (message.extensions.get("ut_pex") ?? 0) !== 0) {
    report("private.pex-offered", "ut_pex offered for a private torrent: its peers come from its tracker alone");
  }
  if (message.type !== "port") return;
  if (!isAgreed(context, "dht")) report("dht.unnegotiated", `port ${message.port}: ${whoDidNot(context, "dht")}`);
  else if (isPrivate) report("private.port", `port ${message.port} for a private torrent, which must not use the DHT`);
  if (message.port === 0) report("dht.port-zero", "port 0: no DHT node can be reached there");
};
