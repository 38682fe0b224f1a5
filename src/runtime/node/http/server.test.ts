import net from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { HttpServerReply, HttpServerRequest } from "../../http.ts";
import { nodeHttpServers } from "./server.ts";

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Sends `text` as it stands and returns what comes back until the server closes, one character a byte. */
async function talk(text: string, onRequest: (request: HttpServerRequest) => HttpServerReply): Promise<string> {
  const server = await nodeHttpServers.serve({ ip: "127.0.0.1", port: 0, onRequest });
  try {
    return await new Promise((resolve, reject) => {
      const parts: Buffer[] = [];
      const socket = net.connect(server.local.port, server.local.ip, () => socket.write(text));
      socket.on("data", (bytes) => parts.push(bytes));
      socket.on("error", reject);
      socket.on("close", () => resolve(Buffer.concat(parts).toString("latin1")));
    });
  } finally {
    await server.close();
  }
}

const GET = "GET /announce?a=%FF HTTP/1.0\r\nHost: x\r\nX-Odd: yes\r\n\r\n";

describe("nodeHttpServers", () => {
  it("passes on method, target, headers and address unchanged", async () => {
    const seen: HttpServerRequest[] = [];
    await talk(GET, (request) => {
      seen.push(request);
      expect(request.headers).toMatchObject({ host: "x", "x-odd": "yes" });
      return { status: 200, body: "" };
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: "GET", target: "/announce?a=%FF" });
    expect(seen[0]?.remote.ip).toBe("127.0.0.1");
    expect(seen[0]?.remote.port).toBeGreaterThan(0);
  });

  it("sends every byte as it is, also of a view into larger memory", async () => {
    const memory = Uint8Array.from({ length: 300 }, (_, i) => i);
    const reply = await talk(GET, () => ({
      status: 200,
      headers: { "content-type": "text/plain" },
      body: memory.subarray(20, 280),
    }));
    const [head = "", body = ""] = reply.split("\r\n\r\n", 2);
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head.toLowerCase()).toContain("content-length: 260");
    expect(head.toLowerCase()).toContain("content-type: text/plain");
    expect(Buffer.from(body, "latin1")).toEqual(Buffer.from(memory.subarray(20, 280)));
  });

  it("sends text in UTF-8, with its length in bytes", async () => {
    const reply = await talk(GET, () => ({ status: 404, body: "häß €" }));
    expect(reply.toLowerCase()).toContain("content-length: 9");
    expect(Buffer.from(reply.split("\r\n\r\n")[1] ?? "", "latin1").toString()).toBe("häß €");
  });

  it("replies to HEAD with the length and without the body", async () => {
    const reply = await talk("HEAD / HTTP/1.0\r\n\r\n", () => ({ status: 200, body: "abc" }));
    expect(reply.toLowerCase()).toContain("content-length: 3");
    expect(reply.endsWith("\r\n\r\n")).toBe(true);
  });

  it("replies to requests in a row over one connection, and drops their bodies", async () => {
    const reply = await talk(
      "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
      ({ target }) => ({ status: 200, body: `<${target}>` }),
    );
    expect(reply.match(/<\/\d>/g)).toEqual(["</1>", "</2>"]);
  });
});

/** A connection to a server of its own: `said` grows as replies come, `closed` settles when the server has closed. */
async function connect(onRequest: (request: HttpServerRequest) => HttpServerReply) {
  const server = await nodeHttpServers.serve({ ip: "127.0.0.1", port: 0, onRequest, onError: () => {} });
  const socket = net.connect({ port: server.local.port, host: server.local.ip, allowHalfOpen: true });
  closing.push(async () => {
    socket.destroy();
    await server.close();
  });
  let said = "";
  const closed = new Promise<string>((resolve) => {
    socket.on("end", () => {
      socket.end();
      resolve(said);
    });
    socket.on("error", () => resolve(said));
  });
  const until = (text: string) =>
    new Promise<string>((resolve) => {
      const look = (): void => {
        if (said.includes(text)) resolve(said);
      };
      socket.on("data", look);
      look();
    });
  socket.on("data", (chunk) => {
    said += chunk.toString("latin1");
  });
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  return { socket, closed, until, server };
}

/** 64 of these are more than the system holds between two sockets. */
const BODY = "x".repeat(1 << 20);
const echo = ({ target }: HttpServerRequest): HttpServerReply => ({ status: 200, body: `<${target}>` });
const get = (target: string, version = "1.1", more = ""): string =>
  `GET ${target} HTTP/${version}\r\nHost: x\r\n${more}\r\n`;

describe("the HTTP server on its connections", () => {
  it("takes a request that comes byte by byte", async () => {
    const { socket, until } = await connect(echo);
    socket.setNoDelay(true);
    for (const character of `\r\n${get("/slow")}`) socket.write(character);
    expect(await until("</slow>")).toContain("HTTP/1.1 200 OK\r\ndate: ");
  });

  it("replies to pipelined requests in order, and the part of one when the rest is there", async () => {
    const { socket, until } = await connect(echo);
    socket.write(get("/1") + get("/2") + get("/3").slice(0, 9));
    await until("</2>");
    socket.write(get("/3").slice(9));
    expect((await until("</3>")).match(/<\/\d>/g)).toEqual(["</1>", "</2>", "</3>"]);
  });

  it("keeps an HTTP/1.0 connection only on request, with a header", async () => {
    const { socket, until, closed } = await connect(echo);
    socket.write(get("/1", "1.0", "Connection: keep-alive\r\n"));
    expect(await until("</1>")).toContain("connection: keep-alive\r\n");
    socket.write(get("/2", "1.0"));
    expect((await closed).split("</1>")[1]).toContain("connection: close\r\n");
  });

  it("does not reply to requests behind one that closes", async () => {
    const { socket, closed } = await connect(echo);
    socket.write(get("/1", "1.1", "Connection: close\r\n") + get("/2"));
    expect(await closed).toMatch(/<\/1>$/);
  });

  it("replies at once to a client that waits for 100 Continue, and closes", async () => {
    const { socket, closed } = await connect(() => ({ status: 405, body: "no" }));
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n");
    expect(await closed).toMatch(/^HTTP\/1.1 405 Method Not Allowed\r\n/);
  });

  it.each([
    [400, "garbage\r\n\r\n"],
    [400, "GET / HTTP/1.1\nHost: x\n\n"],
    [414, `GET /${"a".repeat(20_000)}`],
    [431, `GET / HTTP/1.1\r\nHost: x\r\nX: ${"a".repeat(20_000)}`],
    [431, `GET / HTTP/1.1\r\nHost: x\r\nX: ${"a".repeat(20_000)}\r\n\r\n`],
    [413, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"],
  ])("refuses with %i and closes", async (status, text) => {
    let asked = 0;
    const { socket, closed } = await connect(() => ({ status: 200, body: String(asked++) }));
    socket.write(text);
    expect(await closed).toMatch(new RegExp(`^HTTP/1.1 ${status} .*connection: close\r\n\r\n$`, "s"));
    expect(asked).toBe(0);
  });

  it("sends 500 when the handler throws or gives a header that breaks its line, and lives on", async () => {
    const { socket, until } = await connect(({ target }) => {
      if (target === "/throws") throw new Error("a mistake");
      return { status: 200, headers: target === "/splits" ? { x: "1\r\nY: 2" } : {}, body: `<${target}>` };
    });
    socket.write(get("/throws") + get("/splits") + get("/fine"));
    const said = await until("</fine>");
    expect(said.match(/HTTP\/1.1 500 Internal Server Error/g)).toHaveLength(2);
    expect(said).not.toContain("Y: 2");
  });

  it("stops answering a client that does not read, and goes on when it does", async () => {
    const count = 64;
    let asked = 0;
    const { socket, server } = await connect(() => ({ status: 200, body: ++asked === count ? "last reply" : BODY }));
    socket.removeAllListeners("data").pause();
    await new Promise<void>((resolve) => socket.write(get("/").repeat(count), () => resolve()));
    const other = net.connect(server.local.port, "127.0.0.1");
    other.end("garbage\r\n\r\n");
    await new Promise((resolve) => other.once("data", resolve));
    expect(asked).toBeLessThan(count / 2);
    await new Promise<void>((resolve) =>
      socket.on("data", (chunk) => chunk.includes("last reply") && resolve()).resume(),
    );
    expect(asked).toBe(count);
  });

  describe("as time goes by", () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
    afterEach(() => void vi.useRealTimers());

    it("sends 408 to a request that is not complete after ten seconds, however its bytes drip in", async () => {
      const { socket, until, closed } = await connect(echo);
      socket.write(get("/1"));
      await until("</1>");
      socket.write(get("/2") + "GET / HT");
      await until("</2>");
      for (let i = 0; i < 11; i++) vi.advanceTimersByTime(1_000);
      expect(await closed).toContain("HTTP/1.1 408 Request Timeout");
    });

    it.each([
      ["the bytes of a body", "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 65536\r\n\r\n", "a", "</1>"],
      ["empty lines", "", "\r\n", ""],
      ["halves of empty lines", "\r", "\n\r", ""],
    ])("gives no more time for %s", async (_what, first, drip, reply) => {
      const { socket, until, closed } = await connect(echo);
      socket.write(first);
      await until(reply);
      socket.setNoDelay(true);
      for (let second = 0; second < 25 && !socket.readableEnded; second++) {
        await new Promise<void>((resolve) => (socket.writable ? socket.write(drip, () => resolve()) : resolve()));
        // The server's turn, to see the bytes before the second is over.
        await new Promise<void>((resolve) => void setImmediate(resolve));
        vi.advanceTimersByTime(1_000);
      }
      expect(await closed).toMatch(first.startsWith("POST") ? /408 Request Timeout/ : /^$|408 Request Timeout/);
    });

    it.each([
      ["in the middle of a connection", ""],
      ["behind the last reply", "Connection: close\r\n"],
    ])("does not take what a client sends that does not read for progress, %s", async (_where, more) => {
      const { socket, until, server } = await connect(({ target }) => ({
        status: 200,
        body: target === "/big" ? BODY.repeat(16) : "small",
      }));
      await until("");
      socket.removeAllListeners("data").pause();
      socket.write(get("/big", "1.1", more));
      const other = net.connect(server.local.port, "127.0.0.1");
      other.end("garbage\r\n\r\n");
      await new Promise((resolve) => other.once("data", resolve));
      for (let second = 0; second < 30; second++) {
        socket.write("a".repeat(1 << 20));
        await new Promise<void>((resolve) => void setImmediate(resolve));
        vi.advanceTimersByTime(1_000);
      }
      // Read, it would have been taken from the client's hands.
      expect(socket.writableLength).toBeGreaterThan(1 << 20);
    });

    it("gives a body its time from the end of the last one", async () => {
      const { socket, until } = await connect(echo);
      for (const target of ["/1", "/2", "/3"]) {
        socket.write(`POST ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n`);
        await until(`<${target}>`);
        vi.advanceTimersByTime(9_000);
        socket.write(`ab${get(`${target}/next`)}`);
        expect(await until(`<${target}/next>`)).not.toContain("408");
      }
    });

    it("closes what is idle after a reply, in silence", async () => {
      const { socket, until, closed } = await connect(echo);
      socket.write(get("/1"));
      await until("</1>");
      vi.advanceTimersByTime(4_000);
      socket.write(get("/2"));
      await until("</2>");
      vi.advanceTimersByTime(7_000);
      expect(await closed).toMatch(/<\/2>$/);
    });
  });
});
