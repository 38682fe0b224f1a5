import { once } from "node:events";
import net from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { errorCode, toError } from "../../../base/index.ts";
import { checkProxy } from "../index.ts";
import { nodeDirect } from "./direct.ts";
import { parseProxy, withoutPassword } from "./settings.ts";
import { associate, openTunnel } from "./tunnel.ts";

let server: net.Server;
const sockets: net.Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
});

/** Starts a server that replies to the first bytes with a text, or closes; `undefined`: it stays silent. */
async function start(scheme: string, reply: string | undefined) {
  server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.once("data", () => {
      if (reply === "close") socket.destroy();
      else if (reply !== undefined) socket.write(Buffer.from(reply, "latin1"));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server: parseProxy(urlOf(scheme)), direct: nodeDirect };
}

function urlOf(scheme: string): string {
  const address = server.address();
  return `${scheme}://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

/** The code and message with which a connection fails. */
const failureOf = (opening: Promise<unknown>): Promise<string> =>
  opening.then(
    () => "opened",
    (error: unknown) => `${errorCode(error) ?? ""} ${toError(error).message}`,
  );

const TO = { host: "203.0.113.1", port: 80 };
// Far beyond the time in which the wrong protocol is noticed.
const OPTIONS = { timeoutMs: 60_000 };

describe("a proxy that speaks another protocol", () => {
  it("is noticed by the first byte of the reply to SOCKS5", async () => {
    const proxy = await start("socks5", "HTTP/1.1 400 Bad Request\r\n\r\n");
    const advice = /net\.proxy .*write http:\/\/ in place of socks5:\/\//;
    expect(await failureOf(openTunnel(proxy, TO, OPTIONS))).toMatch(advice);
    expect(await failureOf(associate(proxy, OPTIONS))).toMatch(advice);
  });

  it("is noticed by silence: a SOCKS5 proxy replies at once", async () => {
    const proxy = await start("socks5", undefined);
    expect(await failureOf(openTunnel(proxy, TO, OPTIONS))).toMatch(/net\.proxy .*does not reply to SOCKS5 in 3 s/);
  });

  it.each(["\u0005\u00ff", "close"])("is noticed by the reply %j to CONNECT", async (reply) => {
    const proxy = await start("http", reply);
    expect(await failureOf(openTunnel(proxy, TO, OPTIONS))).toMatch(/net\.proxy .*write socks5:\/\/ in place of http/);
  });
});

describe("checkProxy", () => {
  it("tells whether UDP is forwarded, without a connection to another host", async () => {
    await start("http", "HTTP/1.1 403 Forbidden\r\n\r\n");
    expect(await checkProxy(urlOf("http"))).toBe(false);
  });

  it.each([
    ["http", "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "net.denied"],
    ["socks5", "\u0005\u00ff", "net.denied"],
    ["socks5", "HTTP/1.1 400 Bad Request\r\n\r\n", "net.proxy"],
    ["http", "\u0005\u00ff", "net.proxy"],
  ])("tells the reason why a proxy cannot be used: %s, %j", async (scheme, reply, code) => {
    await start(scheme, reply);
    expect(await failureOf(checkProxy(urlOf(scheme)))).toContain(code);
  });

  it("tells that no proxy is there", async () => {
    await start("socks5", undefined);
    const url = urlOf("socks5");
    server.close();
    await once(server, "close");
    expect(await failureOf(checkProxy(url))).toContain("net.refused");
  });
});

describe("withoutPassword", () => {
  it("hides the password of a URL and nothing else", () => {
    expect(withoutPassword("socks5://me:p@ss:word@host:1080")).toBe("socks5://me:***@host:1080");
    expect(withoutPassword("http://host:8080")).toBe("http://host:8080");
    expect(withoutPassword("socks5://me@host")).toBe("socks5://me@host");
  });
});
