/**
 * The context of every mode: the options, the folder for data, the installed clients, and the rounds of runs.
 */
import { join } from "node:path";
import type { Options } from "../args.ts";
import { Aria2 } from "../clients/aria2.ts";
import { Libtorrent } from "../clients/libtorrent.ts";
import { Millrace } from "../clients/millrace.ts";
import { Webtorrent } from "../clients/webtorrent.ts";
import { makeSource } from "./data.ts";
import type { SourceFile } from "./data.ts";
import { ForeignWatch, waitForQuiet } from "./meter.ts";
import { MiniTracker } from "./mini-tracker.ts";
import { freePort } from "./ports.ts";
import type { Figures, RunRecord } from "./record.ts";
import { US } from "./record.ts";
import type { Tools } from "./tools.ts";
import { formatNumber } from "./units.ts";
import { Workspace } from "./workspace.ts";

/** Times that a disturbed run is repeated before it is counted as disturbed. */
const REPEATS = 1;

/** One of the compared programs. */
export interface Contender {
  readonly name: string;
  /**
   * One complete run: every program that it starts has ended when it settles. Rejects when the run does not count.
   */
  run(): Promise<Figures>;
}

export interface Comparison {
  readonly mode: string;
  /** The work: runs with the same text are compared. */
  readonly what: string;
  readonly contenders: readonly Contender[];
  readonly runs: number;
}

export class Bench {
  readonly options: Options;
  readonly tools: Tools;
  readonly workspace: Workspace;
  /** The folder of the copy of Millrace under measurement. */
  readonly root: string;
  readonly records: RunRecord[] = [];
  readonly #drivers: string;
  readonly #sources = new Map<string, SourceFile>();
  #tracker: MiniTracker | undefined;
  #trackerUrl = "";
  readonly #removals = new Set<() => void>();

  constructor(options: Options, tools: Tools, root: string, drivers: string) {
    this.options = options;
    this.tools = tools;
    this.root = root;
    this.#drivers = drivers;
    this.workspace = new Workspace(options.data);
  }

  /** A small amount of work instead, to test that it works. */
  get isQuick(): boolean {
    return this.options.isQuick;
  }

  runs(usual: number, quick = 1): number {
    return this.options.runs ?? (this.isQuick ? quick : usual);
  }

  driver(name: string): string {
    return join(this.#drivers, name);
  }

  /** Whether a client is selected and installed. */
  has(tool: string): boolean {
    return (this.options.clients === undefined || this.options.clients.includes(tool)) && this.tools.has(tool);
  }

  /** libtorrent as the other end of a transfer, also when it is not compared. */
  partner(): Libtorrent {
    const { python } = this.tools;
    if (python === undefined)
      throw new Error("the other end of this is libtorrent, which is not installed: npm run bench -- setup");
    return new Libtorrent(python, this.driver("libtorrent_driver.py"));
  }

  /** libtorrent that encrypts all data with RC4; `undefined` when it is not installed. */
  encryptedLibtorrent(): Libtorrent | undefined {
    const { python } = this.tools;
    // Policy 0: forced; level 2: RC4.
    const settings = { in_enc_policy: 0, out_enc_policy: 0, allowed_enc_level: 2 };
    return this.has("libtorrent") && python !== undefined
      ? new Libtorrent(python, this.driver("libtorrent_driver.py"), settings)
      : undefined;
  }

  /** libtorrent with uTP only, and large socket buffers; `undefined` when it is not installed. */
  utpLibtorrent(): Libtorrent | undefined {
    const { python } = this.tools;
    const settings = {
      enable_incoming_utp: true,
      enable_outgoing_utp: true,
      enable_incoming_tcp: false,
      enable_outgoing_tcp: false,
      recv_socket_buffer_size: 4 << 20,
      send_socket_buffer_size: 4 << 20,
    };
    return this.has("libtorrent") && python !== undefined
      ? new Libtorrent(python, this.driver("libtorrent_driver.py"), settings)
      : undefined;
  }

  libtorrent(): Libtorrent | undefined {
    return this.has("libtorrent") ? this.partner() : undefined;
  }

  webtorrent(): Webtorrent | undefined {
    return this.has("webtorrent") ? new Webtorrent(this.driver("webtorrent.js")) : undefined;
  }

  async aria2(): Promise<Aria2 | undefined> {
    return this.has("aria2c") ? new Aria2(await this.tracker()) : undefined;
  }

  /** The copy under measurement and those named with `--also`. */
  millraces(): Millrace[] {
    return [
      new Millrace(US, this.root),
      ...[...this.options.others].map(([name, folder]) => new Millrace(name, folder)),
    ];
  }

  port(): Promise<number> {
    return freePort();
  }

  async tracker(): Promise<MiniTracker> {
    if (this.#tracker === undefined) {
      this.#tracker = new MiniTracker();
      this.#trackerUrl = await this.#tracker.listen();
    }
    return this.#tracker;
  }

  async trackerUrl(): Promise<string> {
    await this.tracker();
    return this.#trackerUrl;
  }

  /** The random file of that size; the last one is kept. */
  async source(size: number, pieceLengths: readonly number[]): Promise<SourceFile> {
    const key = [size, ...pieceLengths].join();
    const known = this.#sources.get(key);
    if (known !== undefined) return known;
    for (const [other, source] of this.#sources) {
      await this.workspace.drop(source.folder);
      this.#sources.delete(other);
    }
    await this.workspace.require(size);
    const source = await makeSource(await this.workspace.folder("source"), size, pieceLengths);
    this.#sources.set(key, source);
    return source;
  }

  /**
   * Runs A B C, A B C, … and keeps the results. One run of the first comes before and does not count: it warms memory
   * up.
   */
  async compare({ mode, what, contenders, runs }: Comparison): Promise<void> {
    this.say(`\n${mode}: ${what}: ${contenders.map(({ name }) => name).join(", ")}`);
    await contenders[0]?.run().catch(() => undefined);
    for (let round = 0; round < runs; round += 1) {
      for (const contender of contenders) this.keep(await this.#measure(mode, what, contender, round));
    }
  }

  keep(record: RunRecord): void {
    this.records.push(record);
    const figures = Object.entries(record.figures).map(([key, value]) => `${key} ${formatNumber(value)}`);
    this.say(
      `  ${record.round + 1}. ${record.client}: ${record.error ?? figures.join(", ")}${record.isDisturbed === true ? ` (disturbed: other programs used ${formatNumber(record.foreignCpu ?? 0)} s of CPU)` : ""}`,
    );
  }

  async #measure(mode: string, what: string, { name, run }: Contender, round: number): Promise<RunRecord> {
    for (let repeat = 0; ; repeat += 1) {
      await waitForQuiet(this.options.quietWait);
      const foreign = new ForeignWatch();
      try {
        const figures = await run();
        const { foreignCpu, isDisturbed } = foreign.end();
        if (!isDisturbed || this.isQuick || repeat === REPEATS)
          return { mode, what, client: name, round, figures, foreignCpu, isDisturbed };
      } catch (error) {
        return {
          mode,
          what,
          client: name,
          round,
          figures: {},
          error: error instanceof Error ? error.message : String(error),
        };
      }
    }
  }

  say(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  /** Registers a cleanup for the end of the harness, also after an error. The returned function runs it now. */
  whenClosed(remove: () => void): () => void {
    this.#removals.add(remove);
    return () => {
      this.#removals.delete(remove);
      remove();
    };
  }

  close(): void {
    this.#tracker?.close();
    for (const remove of this.#removals) remove();
    this.workspace.removeSync();
  }
}
