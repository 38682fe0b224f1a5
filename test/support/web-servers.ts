import { writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import net from "node:net";
import { join } from "node:path";
import { afterEach } from "vitest";
import { writeNginxConfig, type Certificate } from "./nginx.ts";
import { eventually, freePort, Program } from "./process.ts";
import { LIGHTTPD, NGINX } from "./programs.ts";

/** A web server that serves a folder. */
export interface WebServer {
  /** Its address by HTTP, with a slash at the end. */
  readonly url: string;
  /** Its address by HTTPS, with a slash at the end; `undefined` without HTTPS. */
  readonly secureUrl: string | undefined;
}

/** Starts nginx over a folder, by HTTP and, with a certificate, by HTTPS. */
export async function startNginx(home: string, root: string, tls?: Certificate): Promise<WebServer> {
  const [port, securePort] = [await freePort(), await freePort()];
  const secure = tls === undefined ? undefined : { port: securePort, ...tls };
  const config = await writeNginxConfig({ home, root, port, secure, hasAccessLog: true });
  await listens(new Program(NGINX, ["-c", config, "-p", home]), port);
  return {
    url: `http://127.0.0.1:${port}/`,
    secureUrl: tls === undefined ? undefined : `https://127.0.0.1:${securePort}/`,
  };
}

/** Starts lighttpd over a folder. */
export async function startLighttpd(home: string, root: string): Promise<WebServer> {
  const port = await freePort();
  const config = join(home, "lighttpd.conf");
  await writeFile(
    config,
    `server.document-root = "${root}"\nserver.bind = "127.0.0.1"\nserver.port = ${port}\nserver.modules = ()\n`,
  );
  await listens(new Program(LIGHTTPD, ["-D", "-f", config]), port);
  return { url: `http://127.0.0.1:${port}/`, secureUrl: undefined };
}

async function listens(program: Program, port: number): Promise<void> {
  await eventually("the web server listens", async () => {
    if (program.hasExited) throw program.failure("ended");
    return new Promise<boolean>((resolve) => {
      const socket = net.connect({ host: "127.0.0.1", port }, () => {
        socket.destroy();
        resolve(true);
      });
      socket.on("error", () => resolve(false));
    });
  });
}

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A web server that a test scripts. Returns its URL, with a slash at the end. */
export async function startScripted(
  serve: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(serve);
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address: AddressInfo | string | null = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`;
}
