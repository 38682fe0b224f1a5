import net from "node:net";
import { describe, expect, it } from "vitest";
import type { HttpServerReply, HttpServerRequest } from "../http.ts";
import { nodeHttpServers } from "./http-server.ts";

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
  it("tells method, target, headers and address as they came", async () => {
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
    const reply = await talk(GET, () => ({ status: 200, headers: { "content-type": "text/plain" }, body: memory.subarray(20, 280) }));
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

  it("answers HEAD with the length and without the body", async () => {
    const reply = await talk("HEAD / HTTP/1.0\r\n\r\n", () => ({ status: 200, body: "abc" }));
    expect(reply.toLowerCase()).toContain("content-length: 3");
    expect(reply.endsWith("\r\n\r\n")).toBe(true);
  });

  it("answers requests in a row over one connection, and drops the bodies they bring", async () => {
    const reply = await talk("POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", ({ target }) => ({ status: 200, body: `<${target}>` }));
    expect(reply.match(/<\/\d>/g)).toEqual(["</1>", "</2>"]);
  });
});
