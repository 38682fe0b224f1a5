/** Measures processes during a run: the highest memory, and the CPU time of other programs. */
import { endedChildrenCpu, machineCpu, memoryOf, now } from "./proc.ts";
import { sleep } from "./wait.ts";

const SAMPLE_MS = 50;
/** CPU seconds of other programs that a run tolerates: a constant, and a share of its wall time. */
const FOREIGN_SECONDS = 0.25;
const FOREIGN_SHARE = 0.15;
/** A machine counts as quiet when other programs use less than this share of one core, twice in a row. */
const QUIET_SHARE = 0.15;

export class MemoryWatch {
  /** The highest anonymous memory so far, in bytes. */
  peak = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    const look = () => {
      this.peak = Math.max(this.peak, memoryOf(pid)?.anonymous ?? 0);
    };
    look();
    this.#timer = setInterval(look, SAMPLE_MS);
  }

  stop(): number {
    clearInterval(this.#timer);
    return this.peak;
  }
}

export interface Foreign {
  /** CPU seconds of all processes except the harness and the programs that it ran. */
  readonly foreignCpu: number;
  readonly isDisturbed: boolean;
}

/** Counts the CPU time of other programs over a period in which every program that the harness starts also ends. */
export class ForeignWatch {
  readonly #at = now();
  readonly #machine = machineCpu();
  readonly #own = harnessCpu();

  end(): Foreign {
    return judgeForeign(machineCpu() - this.#machine - (harnessCpu() - this.#own), now() - this.#at);
  }
}

export function judgeForeign(cpu: number, wall: number): Foreign {
  const foreignCpu = Math.max(0, cpu);
  return { foreignCpu, isDisturbed: foreignCpu > FOREIGN_SECONDS + FOREIGN_SHARE * wall };
}

function harnessCpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + endedChildrenCpu();
}

/** Waits until the machine is quiet, but no longer than that many seconds. */
export async function waitForQuiet(seconds: number): Promise<void> {
  const deadline = now() + seconds;
  let calm = 0;
  while (calm < 2 && now() < deadline) {
    const before = machineCpu();
    const at = now();
    await sleep(0.3);
    calm = machineCpu() - before < QUIET_SHARE * (now() - at) ? calm + 1 : 0;
  }
}
