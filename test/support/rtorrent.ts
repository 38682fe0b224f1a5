import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import net from "node:net";
import { join } from "node:path";
import { DEADLINE_MS, eventually, freePort, Program } from "./process.ts";
import { RTORRENT } from "./programs.ts";
import type { RealClient, Task } from "./real-clients.ts";

/** rtorrent without a terminal, driven by XML-RPC over SCGI on a socket in its home. */
export class Rtorrent implements RealClient {
  readonly port: number;
  readonly #socket: string;
  readonly #program: Program;

  private constructor(port: number, socket: string, program: Program) {
    this.port = port;
    this.#socket = socket;
    this.#program = program;
  }

  static async start(task: Task): Promise<Rtorrent> {
    const port = await freePort();
    const session = join(task.home, "rtorrent");
    await mkdir(session, { recursive: true });
    const socket = join(task.home, "rtorrent.sock");
    const config = join(task.home, "rtorrent.rc");
    const lines = [
      `directory.default.set = ${task.dir}`,
      `session.path.set = ${session}`,
      `network.port_range.set = ${port}-${port}`,
      "network.port_random.set = no",
      `network.bind_address.set = ${task.ip ?? "127.0.0.1"}`,
      `network.local_address.set = ${task.ip ?? "127.0.0.1"}`,
      "dht.mode.set = disable",
      "protocol.pex.set = no",
      "protocol.encryption.set = none",
      "trackers.use_udp.set = no",
      "throttle.max_uploads.set = 100",
      "throttle.max_peers.normal.set = 200",
      "throttle.max_peers.seed.set = 200",
      `throttle.global_up.max_rate.set_kb = ${Math.ceil((task.up ?? 0) / 1024)}`,
      `throttle.global_down.max_rate.set_kb = ${Math.ceil((task.down ?? 0) / 1024)}`,
      `network.scgi.open_local = ${socket}`,
      "system.daemon.set = true",
    ];
    await writeFile(config, `${lines.join("\n")}\n`);
    const client = new Rtorrent(
      port,
      socket,
      new Program(RTORRENT, ["-n", "-o", `import=${config}`], { env: { ...process.env, HOME: task.home } }),
    );
    await eventually("rtorrent has its socket open", () => client.#call("system.pid").catch(() => undefined));
    await client.#call("load.start", "", task.source);
    if (task.seed) await client.complete();
    return client;
  }

  async complete(): Promise<void> {
    await eventually("rtorrent is complete", async () => {
      const [hash] = await this.#call("download_list");
      if (hash === undefined) return false;
      // The torrent replaces the download of the metadata: a call may arrive in between.
      const asked = ["d.is_meta", "d.complete", "d.hashing", "d.is_active"].map((method) => this.#call(method, hash));
      const [isMeta, isComplete, hashing, isActive] = (await Promise.all(asked).catch(() => [])).flat();
      return isMeta === "0" && isComplete === "1" && hashing === "0" && isActive === "1";
    });
  }

  stop(): Promise<void> {
    return this.#program.stop("SIGKILL");
  }

  /** The texts and numbers of a reply, in order. */
  async #call(method: string, ...args: readonly string[]): Promise<string[]> {
    if (this.#program.hasExited) throw this.#program.failure("ended");
    const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    const params = args.map((arg) => `<param><value><string>${escape(arg)}</string></value></param>`).join("");
    const body = `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${params}</params></methodCall>`;
    const head = `CONTENT_LENGTH\0${Buffer.byteLength(body)}\0SCGI\x001\0`;
    const connection = net.connect(this.#socket);
    connection.setTimeout(DEADLINE_MS, () => connection.destroy(new Error(`rtorrent: ${method}: no reply`)));
    const chunks: Buffer[] = [];
    connection.on("data", (chunk: Buffer) => chunks.push(chunk));
    connection.end(`${head.length}:${head},${body}`);
    await once(connection, "close");
    const reply = Buffer.concat(chunks).toString();
    if (!reply.includes("<methodResponse>") || reply.includes("<fault>"))
      throw new Error(`rtorrent: ${method}: ${reply.slice(-300)}`);
    return [...reply.matchAll(/<(?:string|i4|i8)>([^<]*)</g)].map(([, text = ""]) => text);
  }
}
