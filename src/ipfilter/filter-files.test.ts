import { describe, expect, it } from "vitest";
import { digest } from "../../test/support/stage.ts";
import { utf8 } from "../base/index.ts";
import { simWorld, type SimHost, type World } from "../sim/index.ts";
import { IpFilterFiles } from "./filter-files.ts";
import { CHECK_MS } from "./limits.ts";

const PATH = "/lists/filter.p2p";

class Stage {
  readonly world: World = simWorld({ digest });
  readonly host: SimHost = this.world.host("10.0.0.1");
  changes = 0;
  readonly files: IpFilterFiles;

  constructor(paths: readonly string[] = [PATH]) {
    this.files = new IpFilterFiles({ runtime: this.host.runtime, paths, onChange: () => this.changes++ });
  }

  put(content: string | Uint8Array, path = PATH): void {
    this.host.disk.put(path, typeof content === "string" ? utf8(content) : content);
  }

  open(): Promise<void> {
    return this.world.settled(this.files.open(), 1_000);
  }

  /** Runs the world for the time of `checks` checks. */
  async check(checks = 2): Promise<void> {
    await this.world.run(checks * CHECK_MS + 1_000);
  }
}

describe("IpFilterFiles", () => {
  it("reads several files", async () => {
    const stage = new Stage([PATH, "/lists/other.dat"]);
    stage.put("name:1.2.3.0-1.2.3.255");
    stage.put(`${"5.5.5.5\n".repeat(100_000)}9.9.9.0/24\nnonsense`, "/lists/other.dat");
    expect(stage.files.blocks("8.8.8.8")).toBe(true);
    await stage.open();
    expect(["1.2.3.4", "9.9.9.9", "5.5.5.5", "8.8.8.8"].map((ip) => stage.files.blocks(ip))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(stage.files.status).toMatchObject({ ranges: 3, ignoredLines: 1, error: undefined });
    await stage.files.close();
  });

  it("reads a file again when it has changed and is no longer written", async () => {
    const stage = new Stage();
    stage.put("1.2.3.4\n");
    await stage.open();
    await stage.check();
    expect(stage.changes).toBe(0);
    stage.put("5.6.7.8\n9.9.9.9\n");
    await stage.check(1);
    stage.put("5.6.7.8\n9.9.9.9\n7.7.7.7\n");
    expect(stage.files.blocks("1.2.3.4")).toBe(true);
    await stage.check();
    expect(["1.2.3.4", "7.7.7.7"].map((ip) => stage.files.blocks(ip))).toEqual([false, true]);
    expect(stage.changes).toBe(1);
    await stage.files.close();
  });

  it("keeps the earlier ranges while a changed file cannot be read, and says why", async () => {
    const stage = new Stage();
    stage.put("1.2.3.4\n");
    await stage.open();
    for (const broken of ["no range\n", "<html>5.5.5.5</html>", Uint8Array.of(0x50, 0x4b, 3, 4, 1)]) {
      stage.put(broken);
      await stage.check();
      expect([stage.files.blocks("1.2.3.4"), stage.files.blocks("5.5.5.5"), stage.changes]).toEqual([true, false, 0]);
      expect(stage.files.status.error).toContain(PATH);
    }
    stage.put("5.5.5.5\n");
    await stage.check();
    expect(stage.files.status).toMatchObject({ ranges: 1, error: undefined });
    await stage.files.close();
  });

  it.each([
    ["a missing file", undefined, "storage.not-found"],
    ["a file without a range", "<html>\n", "ipfilter.format"],
    ["a PeerGuardian binary list", Uint8Array.of(255, 255, 255, 255, 0x50, 0x32, 0x42, 2), "ipfilter.format"],
  ])("blocks everything after %s, until the file can be read", async (_, content, code) => {
    const stage = new Stage();
    if (content !== undefined) stage.put(content);
    await expect(stage.open()).rejects.toMatchObject({ code });
    expect(stage.files.blocks("8.8.8.8")).toBe(true);
    stage.put("10.20.30.40\n");
    await stage.check();
    expect([stage.files.blocks("8.8.8.8"), stage.changes]).toEqual([false, 1]);
    await stage.files.close();
  });

  it("accepts an empty file, which blocks nothing", async () => {
    const stage = new Stage();
    stage.put("# nothing yet\n");
    await stage.open();
    expect(stage.files.blocks("8.8.8.8")).toBe(false);
    await stage.files.close();
  });

  it("leaves nothing running after close", async () => {
    const stage = new Stage();
    stage.put("1.2.3.4\n");
    await stage.open();
    await stage.files.close();
    stage.put("5.6.7.8\n");
    await stage.check();
    expect(stage.files.blocks("1.2.3.4")).toBe(true);
  });
});
