import type { NameHelp } from "./name.ts";

/** Help for the global objects of a replay. */
export const REPLAY_OBJECTS: readonly NameHelp[] = [
  {
    name: "replay",
    usage: "replay",
    summary: "the current position: position, length (events), at (milliseconds), recording",
    example: "replay.position",
  },
  { name: "torrent", usage: "torrent", summary: "the torrent's metadata, when the recording has it" },
  {
    name: "peers",
    usage: "peers",
    summary: "the peers that have appeared up to the current position",
    example: "table(peers)",
  },
  { name: "peer", usage: "peer", summary: "the latest peer", example: "timeline(peer)" },
];

/** Help for the functions that move through a replay. */
export const REPLAY_FUNCTIONS: readonly NameHelp[] = [
  {
    name: "step",
    usage: "step(count)",
    summary: "replays the next event, or several: bytes that arrived together, a new connection or the end of one",
    example: "step()",
  },
  { name: "back", usage: "back(count)", summary: "undoes the last event, or several", example: "back(3)" },
  {
    name: "goto",
    usage: "goto(seconds)",
    summary: "goes to a time, forward or back, in seconds since the session began",
    example: "goto(1.5)",
  },
  { name: "end", usage: "end()", summary: "replays all remaining events", example: "end()" },
];
