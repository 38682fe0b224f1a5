import { describeMessage } from "../view/index.ts";
import { FORMAT, VERSION, type RecordingHeader, type TapedEvent } from "./event.ts";

/** Functions that return the lines of a recording, with line ends. */

/** Returns the first line of a recording, with its line end. */
export function headerLine({ kind, startedAt, infoHash }: RecordingHeader): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, kind, startedAt, infoHash })}\n`;
}

/** Returns the line of an event, with its line end. */
export function eventLine(event: TapedEvent): string {
  return `${JSON.stringify(plain(event))}\n`;
}

function plain(event: TapedEvent): object {
  switch (event.event) {
    case "torrent":
      return { event: "torrent", at: event.at, name: event.metainfo.name, info: base64(event.metainfo.infoBytes) };
    case "bytes": {
      const says = event.entries?.map((entry) => describeMessage(entry)) ?? [];
      return { event: "bytes", at: event.at, peer: event.peer, way: event.way, says, base64: base64(event.bytes) };
    }
    case "closed": {
      const { event: kind, at, peer, way, why } = event;
      return { event: kind, at, peer, way, why };
    }
    default:
      return event;
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
