import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually, Program } from "./process.ts";
import { tempFolder } from "./temp-folder.ts";

const bin = fileURLToPath(new URL("../../bin/millrace.js", import.meta.url));

export const TOKEN = "correct-horse-battery-staple";

export interface DaemonPlace {
  readonly state: string;
  readonly downloads: string;
}

type Line = Record<string, unknown> & { readonly event?: string };

/** A real `millrace daemon`, on loopback and a free port. */
export class TestDaemon {
  readonly program: Program;
  readonly place: DaemonPlace;
  url = "";
  /** The token that it printed at a first start without one. */
  token = TOKEN;
  readonly lines: Line[] = [];

  private constructor(program: Program, place: DaemonPlace) {
    this.program = program;
    this.place = place;
    program.lines((line) => this.lines.push(JSON.parse(line) as Line));
  }

  static async start(
    options: {
      readonly place?: DaemonPlace;
      readonly token?: string | null;
      readonly args?: readonly string[];
      readonly env?: Record<string, string>;
      readonly listen?: string;
      readonly isStrict?: boolean;
    } = {},
  ): Promise<TestDaemon> {
    const folder = options.place === undefined ? await tempFolder() : "";
    const place = options.place ?? { state: join(folder, "state"), downloads: join(folder, "downloads") };
    const token = options.token === undefined ? TOKEN : options.token;
    const args = [
      "daemon",
      "--json",
      "--listen",
      options.listen ?? "127.0.0.1:0",
      "--state",
      place.state,
      "--dir",
      place.downloads,
      "--peer-port",
      "0",
      ...(options.isStrict === true ? [] : ["--allow-private"]),
      ...(options.args ?? []),
    ];
    const env = {
      ...process.env,
      XDG_CONFIG_HOME: place.state,
      ...(token === null ? {} : { MILLRACE_TOKEN: token }),
      ...options.env,
    };
    const daemon = new TestDaemon(new Program(process.execPath, [bin, ...args], { env }), place);
    const ready = await daemon.until("ready");
    daemon.url = String(ready["url"]).replace(/\/$/, "");
    if (typeof ready["token"] === "string") daemon.token = ready["token"];
    return daemon;
  }

  until(name: string): Promise<Line> {
    return eventually(`the daemon says ${name}`, () => {
      const found = this.lines.find(({ event }) => event === name);
      if (found === undefined && this.program.hasExited) throw this.program.failure("ended");
      return found;
    });
  }

  /** A request to the API. Rejects unless the status is 2xx. */
  async api<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  /** Adds a torrent file. Returns its id. */
  async add(torrent: Uint8Array, options: object = {}): Promise<string> {
    const form = new FormData();
    form.set("file", new Blob([Buffer.from(torrent)]), "x.torrent");
    form.set("options", JSON.stringify(options));
    const response = await fetch(`${this.url}/api/v1/torrents`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.token}` },
      body: form,
    });
    const answer = (await response.json()) as { id: string };
    if (!response.ok) throw new Error(`adding: ${response.status} ${JSON.stringify(answer)}`);
    return answer.id;
  }

  torrent<T = Record<string, unknown> & { state: string; progress: number }>(id: string): Promise<T> {
    return this.api<T>("GET", `/torrents/${id}`);
  }

  /** Waits until `test` returns true for the torrent. */
  async torrentIs(
    id: string,
    what: string,
    test: (torrent: Record<string, unknown> & { state: string; progress: number }) => boolean,
  ): Promise<void> {
    await eventually(`${id} is ${what}`, async () => test(await this.torrent(id)));
  }
}
