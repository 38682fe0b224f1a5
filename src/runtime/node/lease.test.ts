import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tempFolder } from "../../../test/support/temp-folder.ts";
import { nodeFiles } from "./files/files.ts";
import { openRegularSync } from "./files/regular-file.ts";

/**
 * Takes a lease on a file, as NFS and Samba servers do for their clients, and gives it back a while after it is asked
 * for.
 */
const HOLDER = `
import fcntl, os, signal, sys, time
fd = os.open(sys.argv[1], os.O_RDONLY)
def give_back(*_):
    time.sleep(0.2)
    fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
signal.signal(signal.SIGIO, give_back)
fcntl.fcntl(fd, fcntl.F_SETLEASE, getattr(fcntl, sys.argv[2]))
print("ready", flush=True)
while len(sys.argv) == 3: time.sleep(1)
`;

function hasLeases(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "millrace-lease-"));
  try {
    writeFileSync(join(folder, "file"), "");
    return (
      process.platform === "linux" &&
      spawnSync("python3", ["-c", HOLDER, join(folder, "file"), "F_WRLCK", "once"]).status === 0
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.skipIf(!hasLeases())(
  "a file that another program has a lease on (needs Linux, python3 and a file system with leases)",
  () => {
    let path = "";
    let holder: ChildProcess | undefined;
    beforeEach(async () => {
      path = join(await tempFolder(), "file");
      await writeFile(path, "12345");
    });
    afterEach(() => holder?.kill("SIGKILL"));

    async function hold(kind: "F_RDLCK" | "F_WRLCK"): Promise<void> {
      const child = spawn("python3", ["-c", HOLDER, path, kind], { stdio: ["ignore", "pipe", "inherit"] });
      holder = child;
      await once(child.stdout, "data");
    }

    it("is opened for writing when the lease was given back", async () => {
      await hold("F_RDLCK");
      const file = await nodeFiles.open(path, "write");
      await file.write(new Uint8Array([65]), 0);
      await file.close();
      expect(Buffer.from(await nodeFiles.readAll(path, 5)).toString()).toBe("A2345");
    });

    it("is read, whole or by a hashing thread, when the lease was given back", async () => {
      await hold("F_WRLCK");
      expect(await nodeFiles.readAll(path, 5)).toHaveLength(5);
      holder?.kill("SIGKILL");
      await hold("F_WRLCK");
      closeSync(openRegularSync(path));
    });
  },
);
