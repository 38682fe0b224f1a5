import { whenAborted } from "../base/index.ts";

/** Resolves when `signal` is aborted. Keeps the process alive until then. */
export async function aborted(signal: AbortSignal): Promise<void> {
  // Signals alone do not keep a process; the day is never waited for.
  const alive = setInterval(() => undefined, 86_400_000);
  try {
    await whenAborted(signal);
  } finally {
    clearInterval(alive);
  }
}
