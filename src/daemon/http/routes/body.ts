import type { IncomingMessage } from "node:http";
import { HttpError } from "../problem.ts";
import { BODY_IDLE_MS } from "../limits.ts";

/** The maximum size of a request's body, and the maximum times for its arrival. */
export interface BodyLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly idleMs?: number;
}

/** Returns the error for a body over its maximum size: 413 `http.body-size`. */
export function tooLarge(maxBytes: number): HttpError {
  return new HttpError(413, "http.body-size", `the body has more than ${maxBytes} bytes`);
}

/** Rejects when a request has a body: HttpError 400 `http.body`, 413 `http.body-size`. */
export async function refuseBody(incoming: IncomingMessage, maxBytes: number): Promise<void> {
  // A program may send an empty chunked body: only reading shows that it is empty.
  const length =
    incoming.headers["transfer-encoding"] === undefined
      ? Number(incoming.headers["content-length"] ?? "0")
      : (await readBody(incoming, { maxBytes, timeoutMs: BODY_IDLE_MS })).length;
  if (length > maxBytes) throw tooLarge(maxBytes);
  if (length > 0) throw new HttpError(400, "http.body", "this request must not have a body");
}

/** Returns the media type of a request's body in lower case, without parameters. */
export function mediaType(incoming: IncomingMessage): string {
  return (incoming.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/**
 * Reads the whole body of a request. Rejects with HttpError 413 `http.body-size` as soon as it is too large, 408
 * `http.slow` when it takes too long or stalls, 400 `http.body` when it is cut off, 415 when its content coding is
 * not supported.
 */
export function readBody(
  incoming: IncomingMessage,
  { maxBytes, timeoutMs, idleMs = BODY_IDLE_MS }: BodyLimits,
): Promise<Uint8Array> {
  const coding = incoming.headers["content-encoding"];
  if (coding !== undefined && coding !== "identity")
    return Promise.reject(
      new HttpError(415, "http.coding", "the body is compressed; send it uncompressed", {
        headers: { "accept-encoding": "identity" },
      }),
    );
  if (Number(incoming.headers["content-length"] ?? "0") > maxBytes) return Promise.reject(tooLarge(maxBytes));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (settle: () => void): void => {
      clearTimeout(total);
      clearTimeout(idle);
      incoming.off("data", onData).off("end", onEnd).off("close", onCut).off("error", onCut);
      settle();
    };
    const slow = (): void =>
      end(() =>
        reject(new HttpError(408, "http.slow", "the body arrives too slowly", { headers: { connection: "close" } })),
      );
    const total = setTimeout(slow, timeoutMs);
    const idle = setTimeout(slow, idleMs);
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > maxBytes) return end(() => reject(tooLarge(maxBytes)));
      idle.refresh();
      chunks.push(chunk);
    };
    const onEnd = (): void => end(() => resolve(Buffer.concat(chunks)));
    const onCut = (): void => end(() => reject(new HttpError(400, "http.body", "the body is incomplete")));
    incoming.on("data", onData).on("end", onEnd).on("close", onCut).on("error", onCut);
  });
}
