import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DEADLINE_MS, eventually, freePort, Program } from "./process.ts";
import { QBITTORRENT } from "./programs.ts";
import type { RealClient, Task } from "./real-clients.ts";

interface Info {
  readonly progress: number;
  readonly state: string;
  readonly amount_left: number;
}

/** qBittorrent without a window, driven through its Web API. */
export class Qbittorrent implements RealClient {
  readonly port: number;
  readonly #api: string;
  readonly #program: Program;

  private constructor(port: number, apiPort: number, program: Program) {
    this.port = port;
    this.#api = `http://127.0.0.1:${apiPort}/api/v2`;
    this.#program = program;
  }

  static async start(task: Task): Promise<Qbittorrent> {
    const [port, apiPort] = [await freePort(), await freePort()];
    const config = join(task.home, "qBittorrent", "config");
    await mkdir(config, { recursive: true });
    const lines = [
      "[LegalNotice]",
      "Accepted=true",
      "[BitTorrent]",
      "Session\\BTProtocol=TCP",
      "Session\\DHTEnabled=false",
      "Session\\LSDEnabled=false",
      "Session\\PeXEnabled=false",
      `Session\\Encryption=${{ preferred: 0, required: 1, disabled: 2 }[task.encryption ?? "disabled"]}`,
      `Session\\Port=${port}`,
      "Session\\Interface=lo",
      "Session\\InterfaceName=lo",
      "Session\\InterfaceAddress=127.0.0.1",
      "Session\\QueueingSystemEnabled=false",
      "Session\\MultiConnectionsPerIp=true",
      "Session\\SSRFMitigation=false",
      `Session\\DefaultSavePath=${task.dir}`,
      "[Network]",
      "PortForwardingEnabled=false",
      "[Preferences]",
      `WebUI\\Port=${apiPort}`,
      "WebUI\\Address=127.0.0.1",
      "WebUI\\LocalHostAuth=false",
      "WebUI\\CSRFProtection=false",
      "WebUI\\UseUPnP=false",
    ];
    await writeFile(join(config, "qBittorrent.conf"), `${lines.join("\n")}\n`);
    const client = new Qbittorrent(
      port,
      apiPort,
      new Program(QBITTORRENT, [`--profile=${task.home}`, `--webui-port=${apiPort}`]),
    );
    await eventually("qbittorrent has its API open", () => client.#get("app/version").catch(() => undefined));
    const form = new FormData();
    form.set("savepath", task.dir);
    form.set("skip_checking", String(task.seed));
    form.set("autoTMM", "false");
    if (task.source.startsWith("magnet:")) form.set("urls", task.source);
    else
      form.set(
        "torrents",
        new Blob([await readFile(task.source)], { type: "application/x-bittorrent" }),
        "test.torrent",
      );
    await client.#post("torrents/add", form);
    await eventually("qbittorrent has the torrent", () => client.#info());
    if (task.seed) await client.complete();
    return client;
  }

  async complete(): Promise<void> {
    await eventually("qbittorrent is complete", async () => {
      const info = await this.#info();
      return info?.progress === 1 && /^(?:uploading|stalledUP|forcedUP)$/.test(info.state);
    });
  }

  /** Makes it dial a peer. */
  async connect(infoHash: string, ip: string, port: number): Promise<void> {
    const form = new FormData();
    form.set("hashes", infoHash);
    form.set("peers", `${ip}:${port}`);
    await this.#post("torrents/addPeers", form);
  }

  /** Names of the clients that it lists as peers. */
  async peerClients(infoHash: string): Promise<string[]> {
    const { peers = {} } = JSON.parse(await this.#get(`sync/torrentPeers?hash=${infoHash}`)) as {
      peers?: Record<string, { client: string }>;
    };
    return Object.values(peers).map(({ client }) => client);
  }

  stop(): Promise<void> {
    return this.#program.stop("SIGKILL");
  }

  async #info(): Promise<Info | undefined> {
    const [info] = JSON.parse(await this.#get("torrents/info")) as Info[];
    return info;
  }

  async #get(path: string): Promise<string> {
    if (this.#program.hasExited) throw this.#program.failure("ended");
    const response = await fetch(`${this.#api}/${path}`, { signal: AbortSignal.timeout(DEADLINE_MS) });
    const text = await response.text();
    if (!response.ok) throw new Error(`qbittorrent: ${path}: ${response.status} ${text}`);
    return text;
  }

  async #post(path: string, body: FormData): Promise<void> {
    const response = await fetch(`${this.#api}/${path}`, {
      method: "POST",
      body,
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    const text = await response.text();
    if (!response.ok || text === "Fails.") throw new Error(`qbittorrent: ${path}: ${response.status} ${text}`);
  }
}
