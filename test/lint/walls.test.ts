import { execFile } from "node:child_process";
import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { tempFolder } from "../support/temp-folder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MAX_DEPTH = 4;

/** A file, and what it imports. */
type Plant = readonly [file: string, code: string];

/** Imports that break a rule of docs/architecture.md. */
const violations: readonly Plant[] = [
  // From a higher layer, at any depth.
  ["src/base/a.ts", 'import { A } from "../runtime/index.ts";'],
  ["src/metainfo/a.ts", 'import type { A } from "../runtime/index.ts";'],
  ["src/metainfo/info/a.ts", 'import { A } from "../../creation/index.ts";'],
  ["src/storage/a2.ts", 'import { A } from "../creation/index.ts";'],
  ["src/wire/a.ts", 'import { A } from "../swarm/index.ts";'],
  ["src/wire/extensions/a.ts", 'import { A } from "../../transport/index.ts";'],
  ["src/tracker/client/deep/a.ts", 'import type { A } from "../../../client/index.ts";'],
  ["src/tracker/client/deep/deeper/a.ts", 'import { A } from "../../../../daemon/index.ts";'],
  ["src/console/session/auto/a.ts", 'import { A } from "../../../cli/index.ts";'],
  ["src/console/shell/names/a.ts", 'import { A } from "../../../cli/index.ts";'],
  ["src/daemon/session/a.ts", 'import { A } from "../../console/index.ts";'],
  // Not through the other module's entry point.
  ["src/swarm/a.ts", 'import { A } from "../wire/stream.ts";'],
  ["src/client/a.ts", 'import { A } from "../wire/extensions/index.ts";'],
  ["src/tracker/client/deep/a2.ts", 'import { A } from "../../../bencode/decode.ts";'],
  ["src/console/session/auto/a2.ts", 'import { A } from "../../../swarm/peer.ts";'],
  ["src/console/session/auto/a3.ts", 'import { A } from "../../../wire/extensions/index.ts";'],
  ["src/cli/remote/a.ts", 'import { A } from "../../daemon/session/a.ts";'],
  // The facade, and out of src.
  ["src/client/a2.ts", 'import { A } from "../index.ts";'],
  ["src/console/session/auto/a4.ts", 'import { A } from "../../../index.ts";'],
  ["src/swarm/a2.ts", 'import { A } from "../../test/support/stage.ts";'],
  // The host, from an engine.
  ["src/swarm/a3.ts", 'import net from "node:net";'],
  ["src/wire/extensions/a2.ts", 'import { readFile } from "node:fs/promises";'],
  ["src/tracker/client/deep/a3.ts", "export const now = (): number => Date.now();"],
  ["src/tracker/client/deep/a4.ts", "export const timer = setTimeout(() => undefined, 1);"],
  ["src/storage/a.ts", "export const random = (): number => Math.random();"],
  ["src/runtime/node/a.ts", 'import { A } from "../../wire/index.ts";'],
  // An API of Node, from a codec.
  ["src/base/a2.ts", "export const a = Buffer.alloc(1);"],
  ["src/base/a3.ts", "export const a = globalThis.Buffer;"],
  ["src/bencode/a.ts", 'export const a = Buffer.from("a");'],
  ["src/metainfo/pieces/a.ts", "export const a = (bytes: Uint8Array): boolean => Buffer.isBuffer(bytes);"],
  ["src/wire/extensions/a3.ts", 'import { EventEmitter } from "node:events";'],
  ["src/wire/a2.ts", "export const a = process.version;"],
  ["src/tracker/codec/a.ts", "export const a = Buffer.alloc(1);"],
  ["src/tracker/codec/a2.ts", 'import { EventEmitter } from "node:events";'],
  ["src/tracker/codec/a3.ts", 'import type { A } from "../../runtime/index.ts";'],
  ["src/tracker/codec/a4.ts", 'import { A } from "../client/a.ts";'],
  // Modules that work on bytes and do no I/O.
  ["src/console/conversation/a.ts", 'import { A } from "../../runtime/index.ts";'],
  ["src/console/conversation/a2.ts", 'import { A } from "../session/a.ts";'],
  ["src/console/conversation/a3.ts", 'import { A } from "../lint/a.ts";'],
  ["src/console/conversation/deep/a.ts", 'import { A } from "../../../swarm/index.ts";'],
  ["src/console/conversation/a4.ts", "export const now = (): number => Date.now();"],
  ["src/console/lint/a.ts", 'import { A } from "../../transport/index.ts";'],
  ["src/console/lint/a2.ts", 'import { A } from "../record/a.ts";'],
  ["src/console/lint/a3.ts", 'import { readFile } from "node:fs/promises";'],
  // The page.
  ["web/src/a.ts", 'import { A } from "../../src/base/index.ts";'],
  ["web/src/views/dialogs/a.tsx", 'import { A } from "../../../../src/metainfo/index.ts";'],
  ["web/src/views/a.ts", 'import { A } from "../../../src/api/index.ts";'],
  ["web/src/views/a2.ts", 'import { A } from "../../../src/api/routes/torrents.ts";'],
  ["web/src/views/a3.ts", 'import { A } from "../../../src/api/schema.ts";'],
  ["web/src/views/a4.ts", 'import { join } from "node:path";'],
];

/** Imports that keep the rules. */
const lawful: readonly Plant[] = [
  ["src/swarm/b.ts", 'import { A } from "../wire/index.ts";'],
  ["src/tracker/client/deep/b.ts", 'import { A } from "../../../base/index.ts";'],
  ["src/tracker/client/b.ts", "export const a = Buffer.alloc(1);"],
  ["src/tracker/codec/b.ts", 'import { A } from "../../bencode/index.ts";'],
  ["src/tracker/codec/b2.ts", 'import { A } from "../limits.ts";'],
  ["src/base/bytes/node-buffer.ts", "export const a = globalThis.Buffer;"],
  ["src/base/b.test.ts", "export const a = Buffer.alloc(1);"],
  ["src/tracker/client/deep/b2.ts", 'import { A } from "../../codec/index.ts";'],
  ["src/console/session/auto/b.ts", 'import { A } from "../../../swarm/index.ts";'],
  ["src/console/session/auto/b2.ts", 'import { A } from "../peer.ts";'],
  ["src/cli/remote/b.ts", 'import { A } from "../../runtime/node/index.ts";'],
  ["src/console/conversation/b.ts", 'import { A } from "../../wire/index.ts";'],
  ["src/console/conversation/b2.ts", 'import { A } from "../limits.ts";'],
  ["src/console/lint/b.ts", 'import { A } from "../conversation/a.ts";'],
  ["web/src/views/b.ts", 'import type { A } from "../../../src/api/index.ts";'],
  ["web/src/b2.ts", 'import { A } from "../../src/api/client.ts";'],
  ["src/creation/b.ts", 'import { A } from "../runtime/index.ts";'],
  ["src/wire/a.test.ts", 'import { A } from "../../test/support/stage.ts";'],
];

interface Finding {
  readonly code?: string;
  readonly filename: string;
}

const RULES = new Set([
  "eslint(no-restricted-imports)",
  "eslint(no-restricted-globals)",
  "eslint(no-restricted-properties)",
]);
let refused: ReadonlySet<string>;

beforeAll(async () => {
  const folder = await tempFolder();
  await copyFile(join(ROOT, "oxlint.config.mjs"), join(folder, "oxlint.config.mjs"));
  // The rules of some modules list the folders beside them.
  for (const module of ["src/console", "src/tracker"])
    for (const part of await readdir(join(ROOT, module), { withFileTypes: true }))
      if (part.isDirectory()) await mkdir(join(folder, module, part.name), { recursive: true });
  for (const [file, code] of [...violations, ...lawful]) {
    await mkdir(join(folder, dirname(file)), { recursive: true });
    await writeFile(join(folder, file), `${code}\n`);
  }
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(ROOT, "node_modules/oxlint/bin/oxlint"), "-c", "oxlint.config.mjs", "--format", "json"],
    { cwd: folder, maxBuffer: 16 * 1024 * 1024 },
  ).catch((error: { stdout: string }) => error);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: Finding[] };
  refused = new Set(diagnostics.filter(({ code = "" }) => RULES.has(code)).map(({ filename }) => filename));
});

describe("npm run lint", () => {
  it.each(violations)("refuses %s with %s", (file) => {
    expect(refused.has(file)).toBe(true);
  });

  it.each(lawful)("accepts %s with %s", (file) => {
    expect(refused.has(file)).toBe(false);
  });

  it("has rules for every folder of src, at any depth", async () => {
    const folders = (await readdir(join(ROOT, "src"), { withFileTypes: true, recursive: true })).filter((entry) =>
      entry.isDirectory(),
    );
    const depth = Math.max(
      ...folders.map(
        (entry) => join(entry.parentPath, entry.name).slice(join(ROOT, "src").length).split("/").length - 1,
      ),
    );
    expect(depth).toBeLessThanOrEqual(MAX_DEPTH);
  });
});
