import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { start, TOKEN, type Started } from "../../../../test/support/http-server.ts";
import { BODY_IDLE_MS, JSON_BODY_TIMEOUT_MS } from "../limits.ts";

let started: Started;
let socket: Socket;
let got = "";

/** Lets what is on its way over loopback arrive. */
async function arrive(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  started = await start();
  got = "";
  socket = connect(started.http.port, "127.0.0.1");
  socket.on("data", (data) => {
    got += data.toString();
  });
  const head = `POST /api/v1/torrents/actions HTTP/1.1\r\nHost: localhost:${started.http.port}\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`;
  socket.write(head);
  await arrive();
});
afterEach(async () => {
  vi.useRealTimers();
  socket.destroy();
  await started.http.close();
});

describe("readBody", () => {
  it("gives up on a body that stands still", async () => {
    await vi.advanceTimersByTimeAsync(BODY_IDLE_MS - 1);
    expect(got).toBe("");
    await vi.advanceTimersByTimeAsync(1);
    await vi.waitFor(() => expect(got).toMatch(/^HTTP\/1.1 408 [\s\S]*"code":"http.slow"/));
  });

  it("gives up on a body that drips", async () => {
    for (let at = 0; at < JSON_BODY_TIMEOUT_MS; at += BODY_IDLE_MS / 2) {
      expect(got).toBe("");
      socket.write(" ");
      await arrive();
      await vi.advanceTimersByTimeAsync(BODY_IDLE_MS / 2);
    }
    await vi.waitFor(() => expect(got).toMatch(/^HTTP\/1.1 408 /));
  });

  it("does nothing with a body that was cut off", async () => {
    socket.destroy();
    await arrive();
    expect(started.session.writes).toEqual([]);
  });
});

describe("startHttp", () => {
  it("hangs up on headers that never end", async () => {
    vi.useRealTimers();
    const { http } = await start({ headersTimeoutMs: 100 });
    const slow = connect(http.port, "127.0.0.1");
    slow.write("GET / HTTP/1.1\r\nHost: x\r\n");
    const answer = await new Promise<string>((resolve) => {
      slow.once("data", (data) => resolve(data.toString()));
    });
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    await http.close();
  });
});
