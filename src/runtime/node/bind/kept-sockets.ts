import { toError } from "../../../base/index.ts";
import type { Log } from "../../log.ts";
import type { Binding } from "./binding.ts";
import { CHECK_MS } from "./limits.ts";

interface Closable {
  close(): Promise<void>;
}

/** Options of {@link KeptSockets}. */
export interface KeptSocketsOptions<S extends Closable> {
  readonly binding: Binding;
  readonly log: Log;
  /** What is opened, for the log, such as `the TCP port 6881`. */
  readonly what: string;
  /** Returns the local addresses at which to have a socket now. */
  readonly ips: () => readonly string[];
  /** Opens the socket of an address. */
  readonly open: (ip: string) => Promise<S>;
}

/**
 * One socket for each local address that traffic is bound to. When the addresses change, the sockets of those that are
 * gone are closed, and sockets are opened at the new ones; what fails is tried again.
 */
export class KeptSockets<S extends Closable> {
  readonly #options: KeptSocketsOptions<S>;
  readonly #open = new Map<string, S>();
  readonly #stop: () => void;
  #updating: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isWarned = false;
  #isClosed = false;

  constructor(options: KeptSocketsOptions<S>) {
    this.#options = options;
    this.#stop = options.binding.onSockets(() => this.#update());
  }

  /** The open sockets, by their local addresses. */
  get open(): ReadonlyMap<string, S> {
    return this.#open;
  }

  /** Opens the sockets for the first time. Rejects with the first error when one cannot be opened. */
  async begin(): Promise<void> {
    const failures: Error[] = [];
    this.#updating = this.#updating.then(() => this.#sync((error) => void failures.push(error)));
    await this.#updating;
    const [failure] = failures;
    if (failure === undefined) return;
    await this.close();
    throw failure;
  }

  /** Closes all sockets. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stop();
    clearTimeout(this.#timer);
    await this.#updating;
    await Promise.all(Array.from(this.#open.values(), (socket) => socket.close()));
    this.#open.clear();
  }

  #update(): Promise<void> {
    clearTimeout(this.#timer);
    let isFailed = false;
    this.#updating = this.#updating
      .then(() =>
        this.#sync((error) => {
          isFailed = true;
          this.#warn(error);
        }),
      )
      .then(() => {
        if (!isFailed) this.#isWarned = false;
        // A new IPv6 address cannot be used for a second or two; a port may be in use for a moment.
        else if (!this.#isClosed) this.#timer = setTimeout(() => void this.#update(), CHECK_MS).unref();
      });
    return this.#updating;
  }

  async #sync(onError: (error: Error) => void): Promise<void> {
    const wanted = this.#isClosed ? [] : this.#options.ips();
    for (const [ip, socket] of this.#open) {
      if (wanted.includes(ip)) continue;
      this.#open.delete(ip);
      await socket.close();
    }
    for (const ip of wanted) {
      if (this.#open.has(ip)) continue;
      try {
        this.#open.set(ip, await this.#options.open(ip));
      } catch (error) {
        onError(toError(error));
      }
    }
  }

  #warn(error: Error): void {
    if (this.#isWarned || this.#isClosed) return;
    this.#isWarned = true;
    this.#options.log.warn(`cannot open ${this.#options.what}; it is tried again`, { reason: error.message });
  }
}
