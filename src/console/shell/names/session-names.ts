import type { NameHelp } from "./name.ts";

/** Objects of a session. */
export const OBJECTS: readonly NameHelp[] = [
  { name: "torrent", usage: "torrent", summary: "what the torrent says: name, infoHash, pieceLength, pieceCount, size, files, trackers", example: "torrent.pieceCount" },
  { name: "trackers", usage: "trackers", summary: "all trackers of the torrent, by tier", example: "await trackers[0].announce()" },
  { name: "tracker", usage: "tracker", summary: "the first of them", example: "await tracker.scrape()" },
  { name: "peers", usage: "peers", summary: "everybody you talked to, those that have gone included", example: "peers.last.messages" },
  { name: "peer", usage: "peer", summary: "the latest of them", example: "peer.interested()" },
  { name: "pieces", usage: "pieces", summary: "all pieces of the torrent", example: "table(pieces)" },
  { name: "haves", usage: "haves", summary: "a bitfield of the pieces that are here", example: "haves.count" },
  { name: "log", usage: "log", summary: "what happened, besides messages", example: "tail(log)" },
  { name: "peerId", aliases: ["peer_id"], usage: "peerId", summary: "our 20-byte peer id (BEP 20)", example: "String(peerId)" },
  { name: "infoHash", usage: "infoHash", summary: "the torrent's identity", example: "infoHash.hex" },
  { name: "port", usage: "port", summary: "where we listen; undefined when we do not", example: "port" },
  { name: "localhost", usage: "localhost", summary: 'this machine, "127.0.0.1"', example: "await contact(localhost, 6881)" },
];

/** Functions of a session. */
export const FUNCTIONS: readonly NameHelp[] = [
  { name: "available", usage: "available()", summary: "this list" },
  { name: "help", usage: "help(thing)", summary: "how something is used, with an example", details: "thing is a name in quotes, or the thing itself: help(contact), help(peer), help(\"request\"). help() shows how a piece is downloaded by hand.", example: "help(contact)" },
  {
    name: "contact",
    usage: "contact(host, port, { timeout, handshake, infoHash, peerId, reserved })",
    summary: "connects to a peer, exchanges handshakes, answers the peer",
    details:
      "It sends our handshake and waits for the peer's; nothing else is sent until you say so. The options are for the curious: handshake: false sends none, reserved: { fast: false } offers less, timeout is in seconds.",
    example: 'const p = await contact("127.0.0.1", 6881)',
  },
  { name: "accept", usage: "accept({ port, host })", summary: "listens, so that peers can connect to us; they join peers", details: "A peer that connects is answered with our handshake, and nothing else.", example: "await accept({ port: 6881 })" },
  { name: "piece", usage: "piece(index)", summary: "one piece of the torrent: read, write and verify it", example: "await piece(0).verify()" },
  { name: "have", usage: "have(index)", summary: "whether a piece is here and its hash is right", example: "have(0)" },
  { name: "size", usage: "size()", summary: "bytes of the torrent that are here", example: "size()" },
  { name: "missing", usage: "missing()", summary: "bytes of the torrent that are not", example: "missing()" },
  {
    name: "upload",
    usage: "upload(peer)",
    summary: "serves a peer: tells it what is here, unchokes it, answers its requests from now on",
    details: "The peer, or an address as contact takes it.",
    example: "await upload(peers.last)",
  },
  { name: "table", usage: "table(list)", summary: "draws peers, trackers, pieces or messages as a table", example: "table(peers)" },
  {
    name: "tail",
    usage: "tail(list, { lines, follow, before })",
    summary: "shows the last lines of a list, and with follow those that come, until Ctrl-C",
    details: "before is a function that is called first, such as one that asks for what is to be followed. The older tail(list, lines, follow, before) works, too.",
    example: "await tail(peer.messages, { follow: true })",
  },
  { name: "timeline", usage: "timeline(peer, { last })", summary: "every message both ways: when, from whom, what, how long, and what is odd about it", example: "timeline(peer)" },
  { name: "lint", usage: "lint(peer)", summary: "what is odd about a conversation, each point with its BEP", details: "Without a peer: of all peers.", example: "lint(peer)" },
  { name: "record", usage: "record(file)", summary: "writes the session to a file from now on", details: "millrace console --replay FILE steps through it, millrace inspect FILE prints it. record(false) ends it.", example: 'await record("session.jsonl")' },
  { name: "sha1", usage: "sha1(bytes)", summary: "the SHA-1 of bytes, in hexadecimal", example: "sha1(m.block) === piece(0).hash" },
  { name: "hex", usage: "hex(bytes)", summary: "bytes in hexadecimal", example: "hex(m.block.subarray(0, 16))" },
  { name: "bencode", usage: "bencode(value)", summary: "bencodes a value (BEP 3)", example: "hex(bencode({ a: 1 }))" },
  { name: "bdecode", usage: "bdecode(bytes)", summary: "reads a bencoded value", example: "bdecode(bencode([1, 2]))" },
  { name: "sleep", usage: "sleep(seconds)", summary: "waits", example: "await sleep(0.5)" },
  { name: "print", usage: "print(...things)", summary: "prints things as the console shows them", example: "print(timeline(peer))" },
  { name: "quiet", usage: "quiet(on)", summary: "hides what happens while you type, or shows it again with quiet(false)", example: "quiet()" },
  { name: "exit", usage: "exit(status)", summary: "ends the session; status 0 unless given", example: "exit()" },
];
