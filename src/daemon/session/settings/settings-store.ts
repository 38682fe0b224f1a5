import { z } from "zod";
import { settings as settingsSchema, type Settings } from "../../../api/index.ts";
import { InputError, parentPath, UsageError } from "../../../base/index.ts";
import type { Files, Log } from "../../../runtime/index.ts";
import { MAX_STATE_BYTES } from "../limits.ts";
import { readSealed, writeSealed } from "../records/sealed-text.ts";

/**
 * The schema of the stored settings. Each field is parsed separately, so that a damaged field does not affect the
 * others.
 */
const partial = settingsSchema.partial();

/** The session's settings: the values in the configuration, each replaced by the value that a client has set. */
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

  /** Reads the settings that clients changed in earlier runs. Damaged fields are left out. */
  async load(log: Log): Promise<void> {
    try {
      const stored = await readSealed(this.#files, this.#path, MAX_STATE_BYTES);
      if (stored === undefined) return;
      if (stored.kind === "damaged")
        throw new InputError(
          "session.settings",
          `the checksum of ${this.#path} is wrong; a copy of the file is kept as ${this.#path}.damaged`,
        );
      const fields = z.record(z.string(), z.unknown()).parse(stored.value);
      for (const [key, value] of Object.entries(fields)) {
        const read = partial.safeParse({ [key]: value });
        if (read.success) this.#set({ ...this.#changed, ...read.data });
        else log.warn("cannot read a changed setting; its configured value is used", { setting: key });
      }
    } catch (error) {
      log.warn("cannot read the changed settings; the configuration is used", {
        path: this.#path,
        reason: String(error),
      });
    }
  }

  get(): Settings {
    return this.#current;
  }

  /** Sets the values in the configuration, after it was read again. */
  setBase(base: Settings): void {
    this.#base = base;
    this.#set(this.#changed);
  }

  /**
   * Changes settings. Resolves when the changes are applied and on the disk. Rejects with UsageError
   * `session.settings`.
   */
  async change(changes: { readonly [Key in keyof Settings]?: Settings[Key] | undefined }): Promise<void> {
    const read = partial.safeParse(
      Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
    );
    if (!read.success)
      throw new UsageError("session.settings", z.prettifyError(read.error).replaceAll("\n", " "), {
        cause: read.error,
      });
    const changed = { ...this.#changed, ...read.data };
    await this.#files.makeFolder(parentPath(this.#path));
    await writeSealed(this.#files, this.#path, changed);
    this.#set(changed);
  }

  #set(changed: z.infer<typeof partial>): void {
    this.#changed = changed;
    this.#current = settingsSchema.parse({ ...this.#base, ...changed });
  }
}
