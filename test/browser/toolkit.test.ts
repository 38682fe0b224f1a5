import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { describe, expect, it } from "vitest";
import { decodeWithSpans } from "../../src/bencode/index.ts";
import { lacksBrowser, newPage, troubleOf } from "../support/browser.ts";
import { because } from "../support/programs.ts";
import { runToolkit } from "../support/toolkit-program.ts";

const PROGRAM = fileURLToPath(new URL("../support/toolkit-program.ts", import.meta.url));
const torrent = readFileSync(new URL("../fixtures/trusted-computing.torrent", import.meta.url));

/** The program with its imports as one classic script without comments, which defines `toolkit`. */
async function bundle(): Promise<{ readonly code: string; readonly imports: readonly string[] }> {
  const build = await rolldown({
    input: PROGRAM,
    platform: "browser",
    onLog: (_level, log) => {
      throw new Error(log.message);
    },
  });
  try {
    const { output } = await build.generate({ format: "iife", name: "toolkit", minify: true });
    return { code: output[0].code, imports: output[0].imports };
  } finally {
    await build.close();
  }
}

describe(`the codecs in a browser${because(lacksBrowser)}`, () => {
  it("are bundled without a module of Node", async () => {
    const { code, imports } = await bundle();
    expect(imports).toEqual([]);
    expect(code).not.toMatch(/\bnode:|\brequire\(|\bprocess\./);
  });

  it("compute the info-hash that Node computes", () => {
    const { start, end } = decodeWithSpans(torrent).spans.get("info") ?? { start: 0, end: 0 };
    const infoHash = createHash("sha1").update(torrent.subarray(start, end)).digest("hex");
    expect(runToolkit(torrent)).toMatchObject({ metainfo: { id: infoHash, fromInfo: infoHash } });
  });

  it.skipIf(lacksBrowser.length > 0)("return the same results as in Node", async () => {
    const page = await newPage();
    await page.addScriptTag({ content: (await bundle()).code });
    const there = await page.evaluate(
      (bytes) => {
        const { runToolkit: run } = Reflect.get(window, "toolkit") as { runToolkit(torrent: Uint8Array): unknown };
        const globals = ["Buffer", "process", "require", "global"].filter((name) => name in window);
        return { globals, result: run(Uint8Array.from(bytes)) };
      },
      [...torrent],
    );
    expect(there.globals).toEqual([]);
    expect(there.result).toEqual(JSON.parse(JSON.stringify(runToolkit(torrent))));
    expect(troubleOf(page)).toEqual({ errors: [], dialogs: [] });
  });
});
