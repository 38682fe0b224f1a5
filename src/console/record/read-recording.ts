import { InfoHash, InputError, toError, utf8DecodeStrict } from "../../base/index.ts";
import { metainfoFromInfo } from "../../metainfo/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { Way } from "../conversation/entry.ts";
import { FORMAT, VERSION, type RecordedEvent, type RecordingHeader } from "./event.ts";
import { MAX_TOLD_BYTES } from "../limits.ts";
import { MAX_RECORDED_EVENTS, MAX_RECORDED_PEERS, MAX_RECORDED_TEXT } from "./limits.ts";
import { readLines, type RawLine } from "./read-lines.ts";

/** The content of a recording's file. */
export interface Recording extends RecordingHeader {
  readonly events: readonly RecordedEvent[];
  /** Whether writing was interrupted, so that the last line is incomplete. That line is left out. */
  readonly isCut: boolean;
}

type Fields = ReadonlyMap<string, unknown>;

/**
 * Reads a file that a `Recorder` wrote. Rejects with InputError `console.recording`, whose message contains the line
 * number, and with StorageError.
 */
export async function readRecording(
  { files, hasher }: Pick<Runtime, "files" | "hasher">,
  path: string,
): Promise<Recording> {
  const reading = new Reading(path, hasher);
  for await (const lines of readLines(files, path)) for (const line of lines) reading.take(line);
  return reading.done();
}

/** The state of reading a recording, line by line. */
class Reading {
  readonly #path: string;
  readonly #hasher: Runtime["hasher"];
  readonly #events: RecordedEvent[] = [];
  readonly #peers = new Set<number>();
  #header: RecordingHeader | undefined;
  #isCut = false;
  #line = 0;

  constructor(path: string, hasher: Runtime["hasher"]) {
    this.#path = path;
    this.#hasher = hasher;
  }

  take({ bytes, isWhole }: RawLine): void {
    this.#line++;
    if (bytes.length === 0) return;
    const fields = parse(bytes);
    if (fields === undefined) {
      if (this.#header === undefined) throw this.#wrong("this is not a recording of a console session");
      if (isWhole) throw this.#wrong("not a line of JSON");
      this.#isCut = true;
      return;
    }
    try {
      if (this.#header === undefined) this.#header = readHeader(fields);
      else if (this.#events.length >= MAX_RECORDED_EVENTS) throw wrongField(`more than ${MAX_RECORDED_EVENTS} events`);
      else this.#events.push(readEvent(fields, this.#peers, this.#hasher));
    } catch (error) {
      throw this.#wrong(toError(error).message);
    }
  }

  done(): Recording {
    if (this.#header === undefined)
      throw new InputError("console.recording", `${this.#path} is empty: it is not a recording of a console session`, {
        fields: { path: this.#path },
      });
    return { ...this.#header, events: this.#events, isCut: this.#isCut };
  }

  #wrong(why: string): InputError {
    return new InputError("console.recording", `${this.#path}, line ${this.#line}: ${why}`, {
      fields: { path: this.#path, line: this.#line },
    });
  }
}

function parse(bytes: Uint8Array): Fields | undefined {
  try {
    const value: unknown = JSON.parse(utf8DecodeStrict(bytes) ?? "");
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? new Map<string, unknown>(Object.entries(value))
      : undefined;
  } catch {
    return undefined;
  }
}

function readHeader(fields: Fields): RecordingHeader {
  if (fields.get("format") !== FORMAT) throw wrongField("this is not a recording of a console session");
  if (fields.get("version") !== VERSION)
    throw wrongField(
      `a recording of version ${JSON.stringify(fields.get("version"))?.slice(0, 20) ?? "unknown"}; this program reads version ${VERSION}`,
    );
  const infoHash = fields.get("infoHash") === undefined ? undefined : InfoHash.parse(text(fields, "infoHash")).hex;
  return { kind: choice(fields, "kind", ["session", "between"]), startedAt: number(fields, "startedAt"), infoHash };
}

function readEvent(fields: Fields, peers: Set<number>, hasher: Runtime["hasher"]): RecordedEvent {
  const event = choice(fields, "event", ["torrent", "peer", "bytes", "closed", "left-out"]);
  const at = number(fields, "at");
  if (event === "torrent") return { event, at, metainfo: metainfoFromInfo(base64(fields, "info"), {}, hasher) };
  if (event === "left-out") return { event, at, peers: whole(fields, "peers"), why: text(fields, "why") };
  const peer = whole(fields, "peer");
  if (event === "peer") {
    if (peers.has(peer)) throw wrongField(`peer ${peer} occurs twice`);
    if (peers.size >= MAX_RECORDED_PEERS) throw wrongField(`more than ${MAX_RECORDED_PEERS} peers`);
    peers.add(peer);
    return {
      event,
      at,
      peer,
      address: text(fields, "address"),
      direction: choice(fields, "direction", ["outgoing", "incoming"]),
    };
  }
  if (!peers.has(peer)) throw wrongField(`peer ${peer} has no earlier event "peer"`);
  const way: Way = choice(fields, "way", ["out", "in"]);
  if (event === "bytes") {
    const bytes = base64(fields, "base64");
    if (bytes.length > MAX_TOLD_BYTES)
      throw wrongField(`${bytes.length} bytes in one event; at most ${MAX_TOLD_BYTES} are allowed`);
    return { event, at, peer, way, bytes };
  }
  return { event, at, peer, way, why: text(fields, "why") };
}

function text(fields: Fields, name: string): string {
  const value = fields.get(name);
  if (typeof value !== "string") throw wrongField(`${name} is not a text`);
  if (name !== "base64" && name !== "info" && value.length > MAX_RECORDED_TEXT)
    throw wrongField(`${name} has ${value.length} characters; at most ${MAX_RECORDED_TEXT} are allowed`);
  return value;
}

function number(fields: Fields, name: string): number {
  const value = fields.get(name);
  if (typeof value !== "number" || !(value >= 0)) throw wrongField(`${name} must be a number from 0`);
  return value;
}

function whole(fields: Fields, name: string): number {
  const value = number(fields, name);
  if (!Number.isSafeInteger(value)) throw wrongField(`${name} is not a whole number`);
  return value;
}

function choice<const T extends string>(fields: Fields, name: string, choices: readonly T[]): T {
  const value = fields.get(name);
  const found = choices.find((one) => one === value);
  if (found === undefined) throw wrongField(`${name} must be one of ${choices.join(", ")}`);
  return found;
}

function base64(fields: Fields, name: string): Uint8Array {
  const value = text(fields, name);
  if (value.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) throw wrongField(`${name} is not base64`);
  return new Uint8Array(Buffer.from(value, "base64"));
}

function wrongField(why: string): InputError {
  return new InputError("console.recording", why);
}
