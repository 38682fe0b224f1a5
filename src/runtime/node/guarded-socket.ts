import type net from "node:net";
import { AbortError, NetworkError } from "../../base/index.ts";
import { networkError } from "./system-error.ts";

/** The limits of {@link guardSocket}. */
export interface SocketGuard {
  /** What is being done, for the messages of errors. */
  readonly what: string;
  /** The same for an error of the socket itself. Default: `what`. */
  readonly whatSocket?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Resolves with what `open` passes to `done`. Destroys the socket and rejects when the socket fails, `open` calls
 * `fail`, the time is over, or the signal is aborted: with NetworkError or AbortError. The signal must not be aborted
 * yet.
 */
export function guardSocket<T>(
  socket: net.Socket,
  { what, whatSocket = what, timeoutMs, signal }: SocketGuard,
  open: (done: (value: T) => void, fail: (error: Error) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      socket.off("error", onError);
    };
    const fail = (error: Error): void => {
      settle();
      socket.on("error", () => undefined);
      socket.destroy();
      reject(error);
    };
    const onError = (error: Error): void => fail(networkError(error, whatSocket));
    const onAbort = (): void => fail(new AbortError(`${what}: aborted`));
    const timer = setTimeout(
      () => fail(new NetworkError("net.timeout", `${what}: no reply in ${timeoutMs} ms`)),
      timeoutMs,
    );
    signal?.addEventListener("abort", onAbort, { once: true });
    socket.on("error", onError);
    open((value) => {
      settle();
      resolve(value);
    }, fail);
  });
}
