import type { Runtime } from "../runtime/index.ts";
import { earlyHasher } from "./early-hasher.ts";
import { Interrupt } from "./interrupt.ts";
import type { BindFlags } from "./input/bind.ts";
import type { ProxyFlags } from "./input/proxy.ts";
import { stderrLog } from "./logger.ts";
import { Output } from "./output/output.ts";

/** Options that every command has. */
export interface CommonFlags extends ProxyFlags, BindFlags {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** A single run of a command: its flags, arguments, output, runtime, and the signal of Ctrl-C. */
export class Session<Flags extends CommonFlags = CommonFlags> {
  readonly flags: Flags;
  /** The arguments of the command, without its options. */
  readonly args: readonly string[];
  readonly output: Output;
  readonly interrupt: Interrupt;
  #runtime: Promise<Runtime> | undefined;

  constructor(flags: Flags, args: readonly string[], interrupt: Interrupt) {
    this.flags = flags;
    this.args = args;
    this.output = new Output(flags.json === true);
    this.interrupt = interrupt;
  }

  /** Loads the real runtime at the first call, and returns it. */
  runtime(): Promise<Runtime> {
    this.#runtime ??= this.#load();
    return this.#runtime;
  }

  async close(): Promise<void> {
    const runtime = await this.#runtime?.catch(() => undefined);
    await runtime?.close();
  }

  async #load(): Promise<Runtime> {
    const { proxyOf } = await import("./input/proxy.ts");
    const { bindOf, tellInterface } = await import("./input/bind.ts");
    const proxy = proxyOf(this.flags);
    const bind = bindOf(this.flags);
    const { nodeRuntime } = await import("../runtime/node/index.ts");
    const hasher = await earlyHasher();
    const runtime = nodeRuntime({
      log: stderrLog(this.output, this.flags.verbose === true),
      ...(proxy === undefined ? {} : { proxy }),
      ...(bind === undefined ? {} : { bind }),
      ...(hasher === undefined ? {} : { hasher }),
    });
    tellInterface(runtime.route, this.output);
    return runtime;
  }
}
