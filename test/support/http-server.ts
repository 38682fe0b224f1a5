import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { silentLog } from "../../src/runtime/index.ts";
import { hashToken, Secret, startHttp, type HttpOptions, type HttpServer } from "../../src/daemon/http/index.ts";
import { FakeSession } from "./fake-session.ts";

export const TOKEN = "correct-horse-battery";
const record = hashToken(TOKEN);

export interface Started {
  readonly http: HttpServer;
  readonly session: FakeSession;
}

/** A daemon's HTTP server on loopback over a fake session. */
export async function start(options: Partial<HttpOptions> = {}): Promise<Started> {
  const session = new FakeSession();
  const http = await startHttp({
    session,
    host: "127.0.0.1",
    port: 0,
    secret: new Secret(await record, TOKEN),
    allowedHosts: [],
    log: silentLog,
    version: "0.0.1",
    ...options,
  });
  return { http, session };
}

export interface Asked {
  readonly method?: string;
  /** The request target. */
  readonly path?: string;
  /** `undefined` removes a header, Host and the token included. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: string | Uint8Array;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  /** The parsed body, if it is JSON. */
  readonly json: never;
}

/** One request over a new connection, with the right Host and token by default. */
export function ask(port: number, { method = "GET", path = "/", headers = {}, body }: Asked): Promise<Answered> {
  const all = {
    host: `127.0.0.1:${port}`,
    authorization: `Bearer ${TOKEN}`,
    ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
    ...headers,
  };
  // Name and value in turns, so that a header can appear twice.
  const given = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().flatMap((one) => [name, one]),
  );
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    const request = httpRequest(
      { host: "127.0.0.1", port, method, path, headers: given as readonly string[], setHost: false, agent: false },
      (answer) => {
        isAnswered = true;
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        const end = (): void => {
          const bytes = Buffer.concat(chunks);
          const text = bytes.toString();
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: bytes,
            text,
            json: (/json/.test(answer.headers["content-type"] ?? "") && text !== ""
              ? JSON.parse(text)
              : undefined) as never,
          });
        };
        answer.on("end", end).on("error", end);
      },
    );
    // A server that has responded need not read the rest of the body.
    request.on("error", (error) => (isAnswered ? undefined : reject(error)));
    request.end(body);
  });
}

export function askJson(
  port: number,
  method: string,
  path: string,
  value: unknown,
  headers: Asked["headers"] = {},
): Promise<Answered> {
  return ask(port, {
    method,
    path,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(value),
  });
}
