import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import fsp, { lstat, mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { StorageError } from "../../../base/index.ts";
import { nodeFiles } from "./files.ts";
import { readRegularSync } from "./regular-file.ts";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "millrace-files-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const isFolder = async (path: string): Promise<boolean> => (await stat(path)).isDirectory();

describe("nodeFiles.makeFolder", () => {
  it("makes a folder and all above it, and is content with one that is there", async () => {
    const path = join(root, "a", "b", "c");
    await nodeFiles.makeFolder(path);
    expect(await isFolder(path)).toBe(true);
    await nodeFiles.makeFolder(path);
    await nodeFiles.makeFolder(root);
  });

  it("makes it once when several ask at the same time", async () => {
    const paths = ["x", "y", "z"].map((name) => join(root, "deep", "er", name));
    await Promise.all([...paths, ...paths].map((path) => nodeFiles.makeFolder(path)));
    for (const path of paths) expect(await isFolder(path)).toBe(true);
  });

  it("takes a link to a folder for a folder", async () => {
    await nodeFiles.makeFolder(join(root, "real"));
    await symlink(join(root, "real"), join(root, "link"));
    await nodeFiles.makeFolder(join(root, "link", "below"));
    expect(await isFolder(join(root, "real", "below"))).toBe(true);
  });

  it("rejects where a file is in the way", async () => {
    await writeFile(join(root, "file"), "x");
    await expect(nodeFiles.makeFolder(join(root, "file"))).rejects.toBeInstanceOf(StorageError);
    await expect(nodeFiles.makeFolder(join(root, "file", "below"))).rejects.toBeInstanceOf(StorageError);
  });

  it.skipIf(!existsSync("/proc/self"))(
    "rejects where a file system says that it has no such place, instead of trying for ever",
    async () => {
      await expect(nodeFiles.makeFolder("/proc/nowhere/at/all")).rejects.toBeInstanceOf(StorageError);
    },
  );
});

describe("nodeFiles.removeFile", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("removes a file or a link, and is content when there is none", async () => {
    const path = join(root, "file");
    await writeFile(path, "x");
    await symlink(path, join(root, "link"));
    await nodeFiles.removeFile(join(root, "link"));
    expect(existsSync(path)).toBe(true);
    await nodeFiles.removeFile(join(path, "below"));
    await nodeFiles.removeFile(path);
    await nodeFiles.removeFile(path);
    expect(existsSync(path)).toBe(false);
  });

  it("gives the system's reason when it may not: not permitted, a folder", async () => {
    const path = join(root, "file");
    await writeFile(path, "x");
    const refused = Object.assign(new Error("EPERM: operation not permitted"), { code: "EPERM" });
    // As for an immutable file (chattr +i), and for a file of another user in a folder like /tmp.
    vi.spyOn(fsp, "unlink").mockRejectedValue(refused);
    await expect(nodeFiles.removeFile(path)).rejects.toMatchObject({
      code: "storage.denied",
      message: `cannot remove ${path}: not permitted`,
    });
    vi.restoreAllMocks();
    await mkdir(join(root, "folder"));
    await expect(nodeFiles.removeFile(join(root, "folder"))).rejects.toMatchObject({
      code: process.platform === "linux" ? "storage.is-a-folder" : "storage.denied",
    });
  });

  it("replace reports why the file cannot be written, not that its temporary file cannot be removed", async () => {
    vi.spyOn(fsp, "rename").mockRejectedValue(Object.assign(new Error("ENOSPC"), { code: "ENOSPC" }));
    vi.spyOn(fsp, "unlink").mockRejectedValue(Object.assign(new Error("EPERM"), { code: "EPERM" }));
    await expect(nodeFiles.replace(join(root, "file"), new Uint8Array(1))).rejects.toMatchObject({
      code: "storage.full",
    });
  });
});

describe("nodeFiles.readAll", () => {
  it("reads a file, and not one that is too long", async () => {
    const path = join(root, "file");
    await writeFile(path, "12345");
    expect(Buffer.from(await nodeFiles.readAll(path, 5)).toString()).toBe("12345");
    await expect(nodeFiles.readAll(path, 4)).rejects.toMatchObject({ code: "storage.too-long" });
  });

  it.skipIf(process.platform === "win32")(
    "reads a pipe where that is allowed, which can be opened but once, as far as is allowed",
    async () => {
      const path = join(root, "pipe");
      execFileSync("mkfifo", [path]);
      const content = Buffer.alloc(300_000, "abc");
      const [bytes] = await Promise.all([
        nodeFiles.readAll(path, content.length, { mayBePipe: true }),
        writeFile(path, content),
      ]);
      expect(content.equals(bytes)).toBe(true);
      const written = writeFile(path, content).catch(() => undefined);
      await expect(nodeFiles.readAll(path, content.length - 1, { mayBePipe: true })).rejects.toMatchObject({
        code: "storage.too-long",
      });
      await written;
    },
  );

  it.skipIf(process.platform === "win32")("waits for a writer that is slow to come and slow to write", async () => {
    const path = join(root, "pipe");
    execFileSync("mkfifo", [path]);
    const writer = spawn("sh", ["-c", 'sleep 0.1; exec >"$0"; printf abc; sleep 0.1; printf def', path]);
    expect(Buffer.from(await nodeFiles.readAll(path, 100, { mayBePipe: true })).toString()).toBe("abcdef");
    writer.kill();
  });

  it.skipIf(!existsSync("/dev/zero"))("stops at the limit of a device without an end", async () => {
    await expect(nodeFiles.readAll("/dev/zero", 100_000, { mayBePipe: true })).rejects.toMatchObject({
      code: "storage.too-long",
    });
    expect(await nodeFiles.readAll("/dev/null", 0, { mayBePipe: true })).toEqual(new Uint8Array());
  });

  it.skipIf(!existsSync("/proc/self/stat"))("reads a file whose length is 0 and that is not empty", async () => {
    expect((await nodeFiles.readAll("/proc/self/stat", 100_000)).length).toBeGreaterThan(10);
  });
});

describe.skipIf(process.platform === "win32")("nodeFiles with what is no regular file", () => {
  let server: Server;
  beforeEach(async () => {
    execFileSync("mkfifo", [join(root, "pipe")]);
    await mkdir(join(root, "folder"));
    server = createServer().listen(join(root, "socket"));
    await once(server, "listening");
    await symlink("/dev/zero", join(root, "device"));
  });
  afterEach(() => {
    server.close();
  });

  it.each([
    ["pipe", "storage.not-a-file"],
    ["socket", "storage.not-a-file"],
    ["device", "storage.not-a-file"],
    ["folder", "storage.is-a-folder"],
  ])("refuses a %s at once, whatever is to be done with it", async (name, code) => {
    const path = join(root, name);
    await expect(nodeFiles.open(path, "read")).rejects.toMatchObject({ code, fields: { path } });
    await expect(nodeFiles.open(path, "write")).rejects.toMatchObject({ code });
    await expect(nodeFiles.open(path, "append")).rejects.toMatchObject({ code });
    await expect(nodeFiles.readAll(path, 100)).rejects.toMatchObject({ code });
    await expect(nodeFiles.replace(path, new Uint8Array(1))).rejects.toMatchObject({ code });
    expect(() => readRegularSync(path, 100)).toThrow(StorageError);
    expect((await lstat(path)).isFile()).toBe(false);
  });

  it("replace is not stopped by a pipe with the name of its temporary file", async () => {
    const path = join(root, "file");
    execFileSync("mkfifo", [`${path}.${process.pid}.tmp`]);
    await nodeFiles.replace(path, new Uint8Array([1]));
    expect(await nodeFiles.readAll(path, 1)).toEqual(new Uint8Array([1]));
  });
});
