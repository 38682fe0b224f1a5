import type { NameHelp } from "./name.ts";

/** Names of the functions that show help. */
export const GUIDES: readonly NameHelp[] = [
  { name: "available", usage: "available()", summary: "this list" },
  {
    name: "help",
    usage: "help(thing)",
    summary: "explains how to use a name, with an example",
    details:
      'thing is a name in quotes, or the thing itself: help(contact), help(peer), help("request"). help() shows how to download a piece.',
    example: "help(contact)",
  },
];

/** Names of objects that exist both in live sessions and in replays. */
export const COMMON_OBJECTS: readonly NameHelp[] = [
  {
    name: "args",
    usage: "args",
    summary: "for scripts: the arguments after the torrent on the command line",
    example: "const [address] = args",
  },
];

/** Names of functions that exist both in live sessions and in replays. */
export const COMMON_FUNCTIONS: readonly NameHelp[] = [
  {
    name: "table",
    usage: "table(list)",
    summary: "draws peers, trackers, pieces or messages as a table",
    example: "table(peers)",
  },
  {
    name: "tail",
    usage: "tail(list, { lines, follow, before })",
    summary: "shows the last lines of a list, and with follow also new ones, until Ctrl-C",
    details:
      "before is a function that is called first, such as one that sends the request. The older tail(list, lines, follow, before) works, too.",
    example: "await tail(peer.messages, { follow: true })",
  },
  {
    name: "timeline",
    usage: "timeline(peer, { last })",
    summary: "every message, sent and received: time, sender, content, size, and findings",
    details: "The result is also an array of messages: timeline(peer).length.",
    example: "timeline(peer)",
  },
  {
    name: "lint",
    usage: "lint(peer)",
    summary: "the linter's findings on a conversation, each with its BEP",
    details:
      "Without an argument: the findings on all peers. The result is also an array of findings: lint(peer).length, lint(peer)[0].rule.",
    example: "lint(peer)",
  },
  {
    name: "sha1",
    usage: "sha1(bytes)",
    summary: "the SHA-1 of bytes, in hexadecimal",
    example: "sha1(m.block) === piece(0).hash",
  },
  { name: "hex", usage: "hex(bytes)", summary: "bytes in hexadecimal", example: "hex(m.block.subarray(0, 16))" },
  { name: "bencode", usage: "bencode(value)", summary: "bencodes a value (BEP 3)", example: "hex(bencode({ a: 1 }))" },
  {
    name: "bdecode",
    usage: "bdecode(bytes)",
    summary: "decodes a bencoded value",
    example: "bdecode(bencode([1, 2]))",
  },
  { name: "sleep", usage: "sleep(seconds)", summary: "waits for a number of seconds", example: "await sleep(0.5)" },
  {
    name: "print",
    usage: "print(...things)",
    summary: "prints things as the console shows them",
    example: "print(timeline(peer))",
  },
  {
    name: "exit",
    usage: "exit(status)",
    summary: "ends the session; the exit status is 0 by default",
    example: "exit()",
  },
];
