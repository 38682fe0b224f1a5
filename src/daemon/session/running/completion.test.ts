import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { silentLog } from "../../../runtime/index.ts";
import { CompletionScript } from "./completion.ts";

describe("CompletionScript", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(`${tmpdir()}/millrace-`);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function program(text: string): string {
    const path = `${folder}/script`;
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  it("gets the torrent in its environment, and never runs a name as a command", async () => {
    const script = new CompletionScript(
      program(
        `printf '%s|' "$MILLRACE_ID" "$MILLRACE_NAME" "$MILLRACE_PATH" "$MILLRACE_LABEL" "$MILLRACE_TOKEN" "$#" > ${folder}/out; mv ${folder}/out ${folder}/done`,
      ),
      silentLog,
    );
    vi.stubEnv("MILLRACE_TOKEN", "a secret");
    const name = `$(touch ${folder}/hacked) ; \`touch ${folder}/hacked\` "'\n--help`;
    script.run({ id: "1", name, path: `/data/${name}`, label: "tv\0x" });
    const out = await vi.waitFor(() => readFileSync(`${folder}/done`, "utf8"), 10_000);
    expect(out).toBe(`1|${name}|/data/${name}|tvx||0|`);
    vi.unstubAllEnvs();
    expect(() => readFileSync(`${folder}/hacked`)).toThrow("ENOENT");
    await script.close();
  });

  it.each([
    ["exits with 3", "exit 3", "exit status 3"],
    ["is not there", undefined, "ENOENT"],
  ])("that %s is told in the log", async (_, text, reason) => {
    const error = vi.fn<(message: string, fields?: object) => void>();
    const script = new CompletionScript(text === undefined ? `${folder}/nothing` : program(text), {
      ...silentLog,
      error,
    });
    script.run({ id: "1", name: "n", path: "/p", label: "" });
    await vi.waitFor(() => expect(JSON.stringify(error.mock.calls)).toContain(reason), 10_000);
    await script.close();
  });

  it("is ended when the daemon ends", async () => {
    const script = new CompletionScript(program(`echo > ${folder}/began; exec sleep 100`), silentLog);
    script.run({ id: "1", name: "n", path: "/p", label: "" });
    await vi.waitFor(() => readFileSync(`${folder}/began`), 10_000);
    await expect(script.close()).resolves.toBeUndefined();
  });
});
