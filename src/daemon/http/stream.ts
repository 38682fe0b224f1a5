import type { IncomingMessage, ServerResponse } from "node:http";
import { AbortError, toError } from "../../base/index.ts";
import type { Log } from "../../runtime/index.ts";
import type { FileReading } from "../session/session.ts";
import { attachment } from "./responses.ts";
import { FILE_POLICY } from "./headers.ts";
import { MAX_STREAMS, STREAM_STALL_MS } from "./limits.ts";
import { servedAs } from "./media-type.ts";
import { HttpError } from "./problem.ts";
import { parseRange, type ByteRange } from "./routes/range.ts";

/** A request for a file: the file, the range and the response. */
export interface StreamRequest {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly reading: FileReading;
  /** The entity tag (ETag) of the file, which changes when the bytes of the file change. */
  readonly etag: string;
  readonly download: boolean;
}

/**
 * Sends files of torrents, even while they are being downloaded. Data is read no faster than the client receives it.
 */
export class Streams {
  readonly #log: Log;
  readonly #stallMs: number;
  readonly #open = new Set<AbortController>();
  #isClosed = false;

  constructor(log: Log, stallMs = STREAM_STALL_MS) {
    this.#log = log;
    this.#stallMs = stallMs;
  }

  get count(): number {
    return this.#open.size;
  }

  /**
   * Sends the headers at once, and the bytes of the file as they become available. Throws HttpError 416 `http.range`,
   * 503 `http.streams`.
   */
  serve(request: StreamRequest): void {
    const { incoming, outgoing, reading, etag } = request;
    if (this.#isClosed || this.#open.size >= MAX_STREAMS)
      throw new HttpError(503, "http.streams", "too many files are being streamed: close one and try again", {
        headers: { "retry-after": "5" },
      });
    const headers = headersOf(request);
    if (incoming.headers["if-none-match"]?.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag) === true) {
      outgoing.writeHead(304, headers).end();
      return;
    }
    const condition = incoming.headers["if-range"];
    const wanted = condition === undefined || condition === etag ? incoming.headers.range : undefined;
    const range = parseRange(typeof wanted === "string" ? wanted : undefined, reading.size);
    if (range === "unsatisfiable")
      throw new HttpError(416, "http.range", `the file has ${reading.size} bytes`, {
        headers: { "content-range": `bytes */${reading.size}` },
      });
    const { start, end } = range ?? { start: 0, end: reading.size };
    const part = range === undefined ? {} : { "content-range": `bytes ${start}-${end - 1}/${reading.size}` };
    outgoing.writeHead(range === undefined ? 200 : 206, { ...headers, ...part, "content-length": end - start });
    if (incoming.method === "HEAD" || start === end) {
      outgoing.end();
      return;
    }
    outgoing.flushHeaders();
    void this.#send(request, { start, end });
  }

  /** Ends all streams. */
  close(): void {
    this.#isClosed = true;
    for (const controller of this.#open) controller.abort();
  }

  async #send({ outgoing, reading }: StreamRequest, { start, end }: ByteRange): Promise<void> {
    const controller = new AbortController();
    const leave = (): void => controller.abort();
    this.#open.add(controller);
    outgoing.on("close", leave);
    try {
      for await (const bytes of reading.read(start, end, controller.signal)) {
        if (!outgoing.write(bytes)) await this.#drained(outgoing, controller.signal);
      }
      outgoing.end();
    } catch (error) {
      // The head has been sent: the only sign of an error left is a connection that ends early.
      outgoing.destroy();
      if (!controller.signal.aborted)
        this.#log.warn("a stream ended early", { file: reading.path, reason: toError(error).message });
    } finally {
      outgoing.off("close", leave);
      this.#open.delete(controller);
    }
  }

  /** Resolves when the bytes that were written have been passed to the network. */
  #drained(outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        outgoing.off("drain", onDrain);
        signal.removeEventListener("abort", onAbort);
        settle();
      };
      const onDrain = (): void => end(resolve);
      const onAbort = (): void => end(() => reject(new AbortError()));
      const timer = setTimeout(() => end(() => reject(new AbortError("the client reads no data"))), this.#stallMs);
      outgoing.on("drain", onDrain);
      signal.addEventListener("abort", onAbort);
      if (signal.aborted) onAbort();
    });
  }
}

function headersOf({ reading, etag, download }: StreamRequest): Record<string, string> {
  const { type, isInline } = servedAs(reading.path);
  const name = reading.path.split("/").at(-1) ?? "";
  return {
    "content-type": type,
    "content-security-policy": FILE_POLICY,
    "accept-ranges": "bytes",
    "cache-control": "private, no-cache",
    etag,
    ...(isInline && !download ? {} : { "content-disposition": attachment(name) }),
  };
}
