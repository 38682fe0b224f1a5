import { UsageError } from "../../../base/index.ts";
import type { HttpServerReply } from "../../http.ts";

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  302: "Found",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  411: "Length Required",
  413: "Content Too Large",
  414: "URI Too Long",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
};

/**
 * Whether a connection stays open after a reply: `"stated"` also sends `Connection: keep-alive`, as HTTP/1.0 needs it.
 */
export type Persistence = "close" | "keep-alive" | "stated";

const PERSISTENCE: Readonly<Record<Persistence, string>> = {
  close: "connection: close\r\n\r\n",
  "keep-alive": "keep-alive: timeout=5\r\n\r\n",
  // HTTP/1.0 closes unless both sides send keep-alive.
  stated: "connection: keep-alive\r\nkeep-alive: timeout=5\r\n\r\n",
};

/**
 * Formats replies as Latin-1 text. Head and body are one text, which is sent by one plain write. With a body in a
 * Buffer it would be a vectored write, which takes twice as long. The head is used again while the status, the headers
 * and the date stay the same.
 */
export class ReplyWriter {
  #status = 0;
  #headers: HttpServerReply["headers"];
  #start = "";

  /** Returns the reply as text. Throws UsageError `runtime.http-header` for a character not allowed in a header. */
  write(reply: HttpServerReply, withBody: boolean, persistence: Persistence): string {
    const body = latin1Text(reply.body);
    if (this.#start === "" || reply.status !== this.#status || reply.headers !== this.#headers) this.#begin(reply);
    return `${this.#start}${body.length}\r\n${PERSISTENCE[persistence]}${withBody ? body : ""}`;
  }

  /** Called each second: discards the cached head, because its date has passed. */
  tick(): void {
    this.#start = "";
  }

  #begin(reply: HttpServerReply): void {
    let start = `HTTP/1.1 ${reply.status} ${REASONS[reply.status] ?? ""}\r\ndate: ${new Date().toUTCString()}\r\n`;
    for (const [name, value] of Object.entries(reply.headers ?? {})) {
      if (!/^[\w-]+$/.test(name) || !/^[\t -~\x80-\xff]*$/.test(value))
        throw new UsageError("runtime.http-header", `invalid name or value of the HTTP header ${JSON.stringify(name)}`);
      start += `${name}: ${value}\r\n`;
    }
    this.#status = reply.status;
    this.#headers = reply.headers;
    this.#start = `${start}content-length: `;
  }
}

/** Returns the bytes of a body, one character each. */
function latin1Text(body: Uint8Array | string): string {
  const bytes =
    typeof body === "string" ? Buffer.from(body, "utf8") : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return bytes.toString("latin1");
}
