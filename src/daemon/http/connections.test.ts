import { once } from "node:events";
import net from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ask, start, type Started } from "../../../test/support/http-server.ts";
import { eventually } from "../../../test/support/process.ts";
import { MAX_HTTP_CONNECTIONS, MAX_WAITING_CONNECTIONS } from "./limits.ts";

let started: Started;
const sockets: net.Socket[] = [];
beforeEach(async () => {
  started = await start();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await started.http.close();
});

async function open(text: string): Promise<net.Socket> {
  const socket = net.connect(started.http.port, "127.0.0.1");
  socket.on("error", () => undefined);
  sockets.push(socket);
  await once(socket, "connect");
  socket.write(text);
  return socket;
}

describe("Connections", () => {
  it("let the owner in beside hundreds of half-sent requests from the same address", async () => {
    for (let n = 0; n < MAX_HTTP_CONNECTIONS + 200; n++)
      await open("GET /api/v1/torrents HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
    for (let n = 0; n < 5; n++) expect((await ask(started.http.port, { path: "/api/v1/torrents" })).status).toBe(200);
    await eventually(
      "most half-sent requests were ended",
      () => sockets.filter((socket) => !socket.destroyed).length <= MAX_WAITING_CONNECTIONS,
    );
  });

  it("admit the owner beside hundreds of silent connections", async () => {
    for (let n = 0; n < MAX_HTTP_CONNECTIONS + 200; n++) await open("");
    expect((await ask(started.http.port, { path: "/api/v1/torrents" })).status).toBe(200);
  });

  it("never close a connection whose request has arrived for a new one", async () => {
    const events = await open(
      `GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:${started.http.port}\r\nAuthorization: Bearer correct-horse-battery\r\n\r\n`,
    );
    const [head] = (await once(events, "data")) as [Buffer];
    expect(head.toString()).toContain("200 OK");
    for (let n = 0; n < MAX_WAITING_CONNECTIONS * 2; n++) await open("GET ");
    expect((await ask(started.http.port, { path: "/api/v1/torrents" })).status).toBe(200);
    expect(events.destroyed).toBe(false);
  });
});
