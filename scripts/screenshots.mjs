// Takes the pictures of docs/screenshots: every view of the page, light, dark and on a phone, of a real daemon that
// downloads from a real seeder (Millrace itself, slowed down). `npm run build && node scripts/screenshots.mjs`; needs
// Debian's chromium.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { MillraceApi } from "../dist/api/client.js";
import { Client } from "../dist/index.js";
import { createTorrent } from "../dist/creation/index.js";
import { nodeRuntime } from "../dist/runtime/node/index.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const into = join(root, "docs/screenshots");
const home = mkdtempSync(join(tmpdir(), "millrace-screenshots-"));
const token = "a-token-for-pictures";
const TORRENTS = [
  ["debian-13.1.0-amd64-netinst.iso", 6_000_000, "linux"],
  ["Big Buck Bunny", 4_000_000, "films"],
  ["LibriVox – Ninety-Three", 2_500_000, "audio"],
  ["OpenStreetMap planet", 8_000_000, "data"],
  ["Wikipedia 2026-11 <all languages>", 5_000_000, "data"],
];

const runtime = nodeRuntime();
const seeder = new Client({ downloadDir: join(home, "seed"), port: 0, maxUploadRate: 250_000 });
const daemon = spawn(
  process.execPath,
  [
    join(root, "bin/millrace.js"),
    "daemon",
    "--json",
    "--listen",
    "127.0.0.1:0",
    "--state",
    join(home, "state"),
    "--dir",
    join(home, "downloads"),
    "--peer-port",
    "0",
    "--allow-private",
  ],
  {
    env: {
      ...process.env,
      MILLRACE_TOKEN: token,
      XDG_CONFIG_HOME: home,
      MILLRACE_DHT_BOOTSTRAP: "",
      MILLRACE_LSD_INTERFACES: "",
    },
    stdio: ["ignore", "pipe", "ignore"],
  },
);

/** A torrent of some files, and its seeder. */
async function makeTorrent([name, size]) {
  const folder = join(home, "seed", name);
  mkdirSync(join(folder, "extras"), { recursive: true });
  writeFileSync(join(folder, `${name.split(" ")[0]}.mp4`), randomBytes(size));
  for (const part of ["notes.txt", "cover.jpg", "subtitles.en.srt"])
    writeFileSync(join(folder, "extras", part), randomBytes(20_000));
  const { bytes } = await createTorrent(runtime, {
    path: folder,
    pieceLength: 32_768,
    comment: "made for a picture",
    trackers: [["http://127.0.0.1:9/announce"], ["udp://127.0.0.1:9/announce"]],
  });
  await seeder.add(bytes, { trackers: false, skipCheck: true });
  return bytes;
}

async function shoot(browser, url, theme, viewport, files) {
  const context = await browser.newContext({ viewport, colorScheme: theme === "dark" ? "dark" : "light" });
  const page = await context.newPage();
  const isPhone = theme === "phone";
  const take = (view) =>
    page.screenshot({ path: join(into, `${theme}-${view}.jpg`), type: "jpeg", quality: 70, animations: "disabled" });
  const dialog = async (view, open) => {
    await open();
    await page.getByRole("dialog").waitFor();
    await take(view);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  };
  const press = async (name) => {
    const button = page.getByRole("button", { name, exact: true });
    if ((await button.count()) > 0) return button.first().click();
    await page.getByRole("button", { name: "More actions" }).click();
    return page.getByRole("menuitem", { name }).click();
  };
  await page.goto(url);
  await page.getByLabel("Token").waitFor();
  await take("login");
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  const row = page.getByRole("grid", { name: "Torrents" }).getByRole("row").filter({ hasText: "debian" });
  await row.waitFor();
  await page.waitForTimeout(1500);
  await take("list");
  await row.dblclick();
  for (const tab of ["Overview", "Files", "Peers", "Trackers", "Speed", "Log"]) {
    await page.getByRole("tab", { name: tab }).click();
    await page.waitForTimeout(tab === "Speed" ? 2500 : 600);
    await take(`details-${tab.toLowerCase()}`);
  }
  if (isPhone) await page.getByRole("button", { name: "Back to the list" }).click();
  else await page.getByRole("tab", { name: "Overview" }).click();
  await dialog("add-files", async () => {
    const chooser = page.waitForEvent("filechooser");
    await press("Add torrent file");
    await (await chooser).setFiles(files);
    await page
      .getByRole("dialog")
      .getByText("cover.jpg")
      .or(page.getByRole("dialog").getByText("extras"))
      .first()
      .waitFor();
  });
  await dialog("add-link", () => press("Add link"));
  await dialog("create", () => press("Create torrent"));
  await dialog("limits", () => press("Limits"));
  await dialog("remove", () => press("Remove"));
  await dialog("statistics", async () => {
    await press("Statistics");
    await page.getByRole("dialog").getByText("Running for").waitFor();
  });
  await dialog("settings", () => press("Settings"));
  await dialog("settings-connections", async () => {
    await press("Settings");
    await page.getByRole("dialog").getByRole("tab", { name: "Connections" }).click();
  });
  if (isPhone) await dialog("filters", () => press("Filters"));
  else {
    await row.click({ button: "right" });
    await page.getByRole("menu").waitFor();
    await take("menu");
  }
  await context.close();
}

try {
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  const url = await new Promise((resolve) => {
    daemon.stdout.on("data", (chunk) => {
      const found = /"url":"([^"]+)"/.exec(String(chunk));
      if (found !== null) resolve(found[1]);
    });
  });
  const api = new MillraceApi({ url, token });
  const all = [];
  for (const torrent of TORRENTS) all.push(await makeTorrent(torrent));
  const port = await seeder.listen();
  for (const [at, bytes] of all.entries())
    await api.addFile(new Blob([bytes]), { label: TORRENTS[at][2], peers: [`127.0.0.1:${port}`], paused: at === 3 });
  const fresh = join(home, "another.torrent");
  writeFileSync(fresh, await makeTorrent(["Sintel (2160p)", 900_000]));
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--headless=new"],
  });
  await shoot(browser, url, "light", { width: 1360, height: 820 }, fresh);
  await shoot(browser, url, "dark", { width: 1360, height: 820 }, fresh);
  await shoot(browser, url, "phone", { width: 390, height: 844 }, fresh);
  await browser.close();
} finally {
  daemon.kill("SIGTERM");
  await seeder.close();
  await runtime.close();
  rmSync(home, { recursive: true, force: true });
}
