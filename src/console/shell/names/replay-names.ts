import type { NameHelp } from "./name.ts";

/** Objects of a recorded session. */
export const REPLAY_OBJECTS: readonly NameHelp[] = [
  {
    name: "replay",
    usage: "replay",
    summary: "where we are: position, length (events), at (milliseconds), recording",
    example: "replay.position",
  },
  { name: "torrent", usage: "torrent", summary: "what the torrent says, when the recording knows it" },
  { name: "peers", usage: "peers", summary: "the peers that have come so far", example: "table(peers)" },
  { name: "peer", usage: "peer", summary: "the latest of them", example: "timeline(peer)" },
];

/** What moves through a recorded session. */
export const REPLAY_FUNCTIONS: readonly NameHelp[] = [
  {
    name: "step",
    usage: "step(count)",
    summary: "tells the next event, or the next few: bytes that arrived together, a connection, an end",
    example: "step()",
  },
  { name: "back", usage: "back(count)", summary: "takes the last event back, or the last few", example: "back(3)" },
  {
    name: "goto",
    usage: "goto(seconds)",
    summary: "to a time, forward or back: seconds since the session began",
    example: "goto(1.5)",
  },
  { name: "end", usage: "end()", summary: "tells all the rest", example: "end()" },
];
