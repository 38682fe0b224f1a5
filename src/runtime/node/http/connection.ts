import type net from "node:net";
import { canonicalIp, type Endpoint } from "../../../base/index.ts";
import type { HttpServerRequest } from "../../http.ts";
import { hasBareLf, headEnd, headerRecord, parseHead, type RequestHead } from "./head.ts";
import {
  IDLE_SWEEPS,
  LINGER_SWEEPS,
  MAX_HEAD_BYTES,
  READER_TIMEOUT_MS,
  REPLY_HIGH_WATER,
  REQUEST_SWEEPS,
} from "./limits.ts";
import type { Persistence } from "./reply.ts";

/** The state and functions that the connections of a server share. */
export interface ConnectionHost {
  /**
   * The number of sweeps since the server started. A sweep checks the time limits of all connections, once a second;
   * connections measure time in sweeps.
   */
  readonly sweeps: number;
  /** Returns the reply to a request, ready to be sent. Does not throw. */
  respond(request: HttpServerRequest, persistence: Persistence): string;
  /** Returns a reply with this error status, after which the connection is closed. */
  refusal(status: number): string;
}

class Request implements HttpServerRequest {
  readonly method: string;
  readonly target: string;
  readonly remote: Endpoint;
  readonly #fields: string;

  constructor(head: RequestHead, remote: Endpoint) {
    this.method = head.method;
    this.target = head.target;
    this.remote = remote;
    this.#fields = head.fields;
  }

  /** The headers. They are parsed only when they are read, because a tracker does not read them. */
  get headers(): HttpServerRequest["headers"] {
    return headerRecord(this.#fields);
  }
}

/**
 * A connection of a client to the HTTP server. Each request gets its reply as soon as it is complete, so replies are in
 * the order of the requests, and no state is kept between requests. While a client does not read its replies, its
 * requests are not read. The server's sweep checks the time limits.
 */
export class HttpConnection {
  readonly #socket: net.Socket;
  readonly #host: ConnectionHost;
  readonly #remote: Endpoint | undefined;
  /** The received bytes that have no reply yet, one character for each byte. */
  #pending = "";
  /** The number of characters of `#pending` that were searched for the end of a head, without success. */
  #searched = 0;
  /** The number of bytes of a request's body that have not arrived yet. They are dropped. */
  #skip = 0;
  #state: "open" | "blocked" | "lingering" = "open";
  /** Whether a request has begun and is not complete. */
  #hasBegun = false;
  /** The number of the sweep at which the time limit of the current state is over. */
  #until: number;

  constructor(socket: net.Socket, host: ConnectionHost) {
    this.#socket = socket;
    this.#host = host;
    this.#remote = whoIsThere(socket);
    this.#until = host.sweeps + REQUEST_SWEEPS;
  }

  receive(chunk: Buffer): void {
    if (this.#state === "lingering") return;
    // Reset before it was looked at. No client waits for a reply, and no address may be made up for a request that has
    // effects.
    if (this.#remote === undefined) {
      this.#socket.destroy();
      return;
    }
    const text = chunk.toString("latin1");
    if (this.#state === "open" && this.#pending === "" && this.#skip === 0) this.#serve(text);
    else {
      this.#pending += text;
      if (this.#state === "open") this.#serve(this.#pending);
    }
  }

  /** Called when the client has received the buffered replies. */
  drained(): void {
    if (this.#state !== "blocked" || !this.#socket.writable) return;
    this.#state = "open";
    this.#startClock();
    this.#serve(this.#pending);
    if (this.#state === "open") this.#socket.resume();
  }

  /** Closes the connection when a time limit is over; called once per sweep. */
  sweep(): void {
    const socket = this.#socket;
    if (socket.isPaused()) {
      // While a reply is being read the socket's own time-out rules, which sees progress within one long write.
      if (socket.writableLength > 0) return;
      // There is no `drain` behind a short reply.
      if (this.#state === "blocked") this.drained();
      else this.#readOff();
      return;
    }
    if (this.#host.sweeps < this.#until) return;
    if (this.#state === "open" && socket.writableLength > 0) this.#block();
    else this.#end();
  }

  /**
   * Stops reading requests until the client has received its replies: bytes that arrive would restart the socket's
   * time-out.
   */
  #block(): void {
    this.#state = "blocked";
    this.#socket.pause();
  }

  /**
   * Restarts the time limit. Called after a complete request and its reply, but not for the bytes of a body or for
   * empty lines.
   */
  #startClock(): void {
    this.#hasBegun = this.#pending !== "" || this.#skip > 0;
    this.#until = this.#host.sweeps + (this.#hasBegun ? REQUEST_SWEEPS : IDLE_SWEEPS);
  }

  #end(): void {
    if (this.#state === "open" && (this.#pending !== "" || this.#skip > 0)) this.#refuse(408);
    else this.#socket.destroy();
  }

  /** Replies to the complete requests in `text` and keeps the rest. */
  #serve(text: string): void {
    let at = 0;
    let isComplete = false;
    while (this.#state === "open") {
      const dropped = Math.min(this.#skip, text.length - at);
      this.#skip -= dropped;
      at += dropped;
      if (dropped > 0 && this.#skip === 0) isComplete = true;
      // Some clients put an empty line behind a body; RFC 9112 asks to overlook it.
      while (text.startsWith("\r\n", at)) at += 2;
      if (at === text.length) break;
      const end = headEnd(text, at, this.#searched);
      if (end === 0 || end - at > MAX_HEAD_BYTES) {
        if (text.length - at > MAX_HEAD_BYTES)
          return this.#refuse(text.indexOf("\r\n", at) - at < MAX_HEAD_BYTES && text.includes("\r\n", at) ? 431 : 414);
        if (end === 0 && hasBareLf(text, at, this.#searched)) return this.#refuse(400);
        break;
      }
      this.#searched = 0;
      const head = parseHead(text, at);
      if (typeof head === "number") return this.#refuse(head);
      at = end;
      this.#skip = head.bodyBytes;
      isComplete = true;
      if (!this.#reply(head, text.length - at)) return;
    }
    this.#pending = at === 0 ? text : text.slice(at);
    if (this.#state !== "open") return;
    this.#searched = this.#pending.length;
    // The clock of a request runs from its first byte, however many follow it one by one.
    if (isComplete || (!this.#hasBegun && this.#pending !== "")) this.#startClock();
  }

  /**
   * Sends the reply to a request; returns whether the connection stays open. `surplus` is the number of bytes that
   * arrived after the head.
   */
  #reply(head: RequestHead, surplus: number): boolean {
    const remote = this.#remote;
    if (remote === undefined) return false;
    const goesOn = head.keepAlive && !head.expects;
    const persistence: Persistence = !goesOn ? "close" : head.isOld ? "stated" : "keep-alive";
    const socket = this.#socket;
    socket.write(this.#host.respond(new Request(head, remote), persistence), "latin1");
    if (!goesOn) {
      // With nothing more to read or write, closing at once costs half of a FIN first.
      if (surplus === 0 && head.bodyBytes === 0 && socket.writableLength === 0) socket.destroy();
      else this.#linger();
      return false;
    }
    if (socket.writableLength > 0) socket.setTimeout(READER_TIMEOUT_MS);
    if (socket.writableLength > REPLY_HIGH_WATER) this.#block();
    return true;
  }

  #refuse(status: number): void {
    this.#socket.write(this.#host.refusal(status), "latin1");
    this.#linger();
  }

  /**
   * Ends the connection, but reads from it for a moment longer: closing a socket with unread bytes resets the
   * connection, and the client may lose the reply.
   */
  #linger(): void {
    this.#state = "lingering";
    this.#pending = "";
    this.#until = this.#host.sweeps + LINGER_SWEEPS;
    if (this.#socket.writableLength > 0) {
      this.#socket.setTimeout(READER_TIMEOUT_MS);
      this.#socket.pause();
    }
    this.#socket.end();
  }

  /** Discards bytes that still arrive for {@link LINGER_SWEEPS} sweeps after the client has read the last reply. */
  #readOff(): void {
    this.#until = this.#host.sweeps + LINGER_SWEEPS;
    this.#socket.resume();
  }
}

/** Returns the remote endpoint of a socket; `undefined` when the connection is already closed. */
function whoIsThere({ remoteAddress, remoteFamily, remotePort }: net.Socket): Endpoint | undefined {
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  // The system writes IPv4 in canonical form.
  const ip = remoteFamily === "IPv4" ? remoteAddress : canonicalIp(remoteAddress);
  return ip === undefined ? undefined : { ip, port: remotePort };
}
