import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { configText, loadConfig, sampleConfig, settingsOf } from "./index.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-config-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function file(text: string): Promise<string> {
  const path = join(folder, "config.toml");
  await writeFile(path, text);
  return path;
}

describe("loadConfig", () => {
  it("takes flags over the environment over the file over defaults, and reports the origin of each value", async () => {
    const path = await file('listen = "127.0.0.1:1"\npeer-port = 1000\nmax-peers = 7\n');
    const { config, origins } = await loadConfig({
      file: path,
      environment: { MILLRACE_LISTEN: "127.0.0.1:2", MILLRACE_PEER_PORT: "2000" },
      flags: { listen: "127.0.0.1:3", stateDir: undefined },
    });
    expect([config.listen, config.peerPort, config.maxPeers, config.uploadSlots]).toEqual(["127.0.0.1:3", 2000, 7, 20]);
    expect(origins).toMatchObject({
      listen: "flag",
      peerPort: "environment",
      maxPeers: "file",
      uploadSlots: "default",
    });
  });

  it("reads rates with units, and resolves relative paths against the file's folder", async () => {
    const path = await file(
      'max-download-rate = "5MiB"\nmax-upload-rate = "unlimited"\ndownload-dir = "here"\n[labels]\nfilms = "/srv/films"\n[[schedule]]\nfrom = "22:00"\nto = "06:00"\nmax-upload-rate = 1000\n',
    );
    const { config } = await loadConfig({ file: path, environment: {} });
    expect(settingsOf(config)).toMatchObject({
      maxDownloadRate: 5 * 2 ** 20,
      maxUploadRate: null,
      downloadDir: join(folder, "here"),
      labels: { films: "/srv/films" },
      schedule: [
        { from: "22:00", to: "06:00", days: [0, 1, 2, 3, 4, 5, 6], maxDownloadRate: null, maxUploadRate: 1000 },
      ],
    });
    expect(settingsOf(config)).not.toHaveProperty("onComplete");
  });

  it.each([
    ['listne = "x"', 'unknown key "listne"'],
    ['download_dir = "x"', 'did you mean "download-dir"?'],
    ["peer-port = 70000", "peer-port"],
    ['max-upload-rate = "fast"', "not a rate"],
    ["listen = ", "line 1"],
    ['[[schedule]]\nfrom = "25:00"\nto = "06:00"', "schedule.0.from"],
  ])("refuses %j with the place", async (text, message) => {
    const path = await file(text);
    const refused = loadConfig({ file: path, environment: {} });
    await expect(refused).rejects.toMatchObject({ code: "config.invalid" });
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(path);
  });

  it("reads the DHT's nodes from file and environment; an empty variable means none", async () => {
    const path = await file('dht = false\ndht-bootstrap = ["one.example:6881"]\n');
    const { config } = await loadConfig({ file: path, environment: {} });
    expect([config.dht, config.dhtBootstrap]).toEqual([false, ["one.example:6881"]]);
    expect(settingsOf(config).dht).toBe(false);
    expect(settingsOf(config)).not.toHaveProperty("dhtBootstrap");
    const nodes = async (text: string): Promise<readonly string[]> =>
      (await loadConfig({ file: path, environment: { MILLRACE_DHT_BOOTSTRAP: text } })).config.dhtBootstrap;
    expect(await nodes("")).toEqual([]);
    expect(await nodes("two.example:1, [::1]:2")).toEqual(["two.example:1", "[::1]:2"]);
    await expect(nodes("two.example")).rejects.toThrow("MILLRACE_DHT_BOOTSTRAP: dht-bootstrap.0: write HOST:PORT");
    const defaults = await loadConfig({ file: await file(""), environment: {} });
    expect([defaults.config.dht, defaults.config.dhtBootstrap.length]).toEqual([true, 3]);
  });

  it("reads how peers are found from file and environment; no network interface when the variable is empty", async () => {
    const path = await file('pex = false\nlsd-interfaces = ["eth0"]\n');
    const environment = { MILLRACE_LSD: "false", MILLRACE_LSD_INTERFACES: "" };
    const shown = async (env: Record<string, string>): Promise<unknown[]> => {
      const { config } = await loadConfig({ file: path, environment: env });
      return [config.pex, config.lsd, config.lsdInterfaces];
    };
    expect(await shown({})).toEqual([false, true, ["eth0"]]);
    expect(await shown(environment)).toEqual([false, false, []]);
    expect(await shown({ MILLRACE_LSD_INTERFACES: "eth1,192.168.1.5" })).toEqual([
      false,
      true,
      ["eth1", "192.168.1.5"],
    ]);
    const { config } = await loadConfig({ file: await file(""), environment: {} });
    expect([config.pex, config.lsd, config.lsdInterfaces]).toEqual([true, true, ["*"]]);
    expect(settingsOf(config)).toMatchObject({ pex: true, lsd: true });
    expect(settingsOf(config)).not.toHaveProperty("lsdInterfaces");
  });

  it("names the variable of a value that is not valid", async () => {
    await expect(loadConfig({ file: await file(""), environment: { MILLRACE_PEER_PORT: "many" } })).rejects.toThrow(
      "MILLRACE_PEER_PORT",
    );
  });

  it("takes the program to run from the file alone", async () => {
    const { config } = await loadConfig({ file: await file(""), environment: { MILLRACE_ON_COMPLETE: "/bin/evil" } });
    expect(config.onComplete).toBe("");
    expect((await loadConfig({ file: await file('on-complete = "./tell"'), environment: {} })).config.onComplete).toBe(
      join(folder, "tell"),
    );
  });

  it("fails when the named file does not exist", async () => {
    await expect(loadConfig({ file: join(folder, "none.toml"), environment: {} })).rejects.toMatchObject({
      code: "storage.not-found",
    });
  });
});

describe("sampleConfig", () => {
  it("prints the defaults, also with all lines uncommented", async () => {
    const quiet = await loadConfig({ file: await file(sampleConfig()), environment: {} });
    const defaults = await loadConfig({ file: await file(""), environment: {} });
    expect(quiet.config).toEqual(defaults.config);
    const open = await loadConfig({
      file: await file(
        sampleConfig()
          .replaceAll(/^# (?=[a-z-]+ = )/gm, "")
          .replace(/^days.*\n(?:.*\n)*/m, "")
          .replace(/^films.*$/m, ""),
      ),
      environment: {},
    });
    expect({ ...open.config, stateDir: "" }).toEqual({ ...defaults.config, stateDir: "" });
  });
});

describe("configText", () => {
  it("can be read back", async () => {
    const path = await file(
      'max-download-rate = "5MiB"\nseed-ratio = 1.5\n[labels]\nfilms = "/srv/films"\n[[schedule]]\nfrom = "22:00"\nto = "06:00"\n',
    );
    const { config } = await loadConfig({ file: path, environment: {} });
    expect((await loadConfig({ file: await file(configText(config, () => "")), environment: {} })).config).toEqual(
      config,
    );
  });

  it("reads booleans of the environment by one rule, and refuses other texts", async () => {
    const path = await file("");
    const load = (value: string) => loadConfig({ file: path, environment: { MILLRACE_LSD: value } });
    for (const text of ["0", "no", "FALSE"]) expect((await load(text)).config.lsd).toBe(false);
    for (const text of ["1", "yes", "true", ""]) expect((await load(text)).config.lsd).toBe(true);
    await expect(load("off")).rejects.toMatchObject({
      code: "config.invalid",
      message: 'MILLRACE_LSD: lsd: write true or false: got "off"',
    });
  });

  it("refuses proxy-only without a proxy, and binds to names and addresses only", async () => {
    const path = await file("");
    const load = (environment: Record<string, string>) => loadConfig({ file: path, environment });
    await expect(load({ MILLRACE_PROXY_ONLY: "true" })).rejects.toThrow(
      "MILLRACE_PROXY_ONLY: proxy-only needs a proxy",
    );
    expect((await load({ MILLRACE_BIND: "tun0" })).config.bind).toBe("tun0");
    await expect(load({ MILLRACE_BIND: "0.0.0.0" })).rejects.toMatchObject({ code: "config.invalid" });
  });
});
