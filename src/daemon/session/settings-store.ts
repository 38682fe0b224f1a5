import { z } from "zod";
import { settings as settingsSchema, type Settings } from "../../api/index.ts";
import { errorCode, InputError, UsageError, utf8, utf8Decode } from "../../base/index.ts";
import type { Files, Log } from "../../runtime/index.ts";
import { MAX_STATE_BYTES } from "./limits.ts";

/** Field by field: one that is damaged does not cost the others. */
const partial = settingsSchema.partial();

/** The session's settings: what the configuration says, and above it what was changed while the daemon ran. */
export class SettingsStore {
  readonly #files: Files;
  readonly #path: string;
  #base: Settings;
  #changed: z.infer<typeof partial> = {};
  #current: Settings;

  constructor(files: Files, path: string, base: Settings) {
    this.#files = files;
    this.#path = path;
    this.#base = base;
    this.#current = base;
  }

  /** Reads what an earlier run left; what cannot be read is left out. */
  async load(log: Log): Promise<void> {
    try {
      const stored: unknown = JSON.parse(utf8Decode(await this.#files.readAll(this.#path, MAX_STATE_BYTES)));
      const fields = z.record(z.string(), z.unknown()).parse(stored);
      for (const [key, value] of Object.entries(fields)) {
        const read = partial.safeParse({ [key]: value });
        if (read.success) this.#set({ ...this.#changed, ...read.data });
        else log.warn("a changed setting cannot be read and is left out", { setting: key });
      }
    } catch (error) {
      if (errorCode(error) === "storage.not-found") return;
      log.warn("the changed settings cannot be read and are left out", { path: this.#path, reason: String(error) });
    }
  }

  get(): Settings {
    return this.#current;
  }

  /** The configuration was read again. */
  setBase(base: Settings): void {
    this.#base = base;
    this.#set(this.#changed);
  }

  /** In force and on disk when it resolves. Rejects with UsageError `session.settings`. */
  async change(changes: { readonly [Key in keyof Settings]?: Settings[Key] | undefined }): Promise<void> {
    const read = partial.safeParse(Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)));
    if (!read.success) throw new UsageError("session.settings", z.prettifyError(read.error).replaceAll("\n", " "), { cause: read.error });
    const changed = { ...this.#changed, ...read.data };
    await this.#files.makeFolder(parent(this.#path));
    await this.#files.replace(this.#path, utf8(`${JSON.stringify(changed, undefined, 2)}\n`));
    this.#set(changed);
  }

  #set(changed: z.infer<typeof partial>): void {
    this.#changed = changed;
    this.#current = settingsSchema.parse({ ...this.#base, ...changed });
  }
}

function parent(path: string): string {
  const at = path.lastIndexOf("/");
  if (at <= 0) throw new InputError("session.state", `${path} has no folder above it`);
  return path.slice(0, at);
}
