import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { lacksBrowser, newPage, signIn, troubleOf } from "../support/browser.ts";
import { torrentOf, writeRandom } from "../support/clients.ts";
import { TestDaemon } from "../support/daemon.ts";
import { because } from "../support/programs.ts";
import { tempFolder } from "../support/temp-folder.ts";

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** Findings of axe-core on the page in its present state, of the severities that block users. */
async function violations(page: Page): Promise<string[]> {
  // The page's content policy allows no foreign script: this one is injected by the debugger, not by the page.
  await page.evaluate(await readFile(axePath, "utf8"));
  const result = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run: () => Promise<AxeResult> } }).axe.run(),
  );
  return result.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`);
}

async function daemonWithTorrents(): Promise<TestDaemon> {
  const home = await tempFolder();
  await writeRandom(home, { "films/a.mp4": 300_000, "films/b.txt": 3_000, "other.bin": 100_000 });
  const daemon = await TestDaemon.start();
  for (const name of ["films", "other.bin"]) {
    const { file } = await torrentOf(join(home, name), { trackers: [["http://127.0.0.1:9/announce"]] });
    await daemon.add(await readFile(file), { paused: true, label: name === "films" ? "shelf" : "" });
  }
  return daemon;
}

const DIALOGS = ["Add link", "Create torrent", "Statistics", "Settings"];

describe(`the accessibility of the page${because(lacksBrowser)}`, () => {
  it.skipIf(lacksBrowser.length > 0).each(["light", "dark"] as const)(
    "has no serious violation that axe-core finds, on any view (%s)",
    async (colorScheme) => {
      const daemon = await daemonWithTorrents();
      const found: Record<string, string[]> = {};
      const check = async (view: string, page: Page): Promise<void> => {
        const list = await violations(page);
        if (list.length > 0) found[view] = list;
      };
      const login = await newPage({ colorScheme });
      await login.goto(`${daemon.url}/`);
      await login.getByLabel("Token").waitFor();
      await check("login", login);
      const page = await signIn(daemon, { colorScheme });
      await page.getByRole("grid", { name: "Torrents" }).getByRole("row").filter({ hasText: "films" }).dblclick();
      for (const tab of ["Overview", "Files", "Peers", "Trackers", "Speed", "Log"]) {
        await page.getByRole("tab", { name: tab }).click();
        await check(tab, page);
      }
      for (const name of DIALOGS) {
        await page.getByRole("button", { name, exact: true }).click();
        await page.getByRole("dialog").waitFor();
        await check(name, page);
        await page.keyboard.press("Escape");
        await page.getByRole("dialog").waitFor({ state: "detached" });
      }
      await page.getByRole("button", { name: "Remove", exact: true }).click();
      await page.getByRole("dialog").waitFor();
      await check("remove", page);
      const phone = await signIn(daemon, { width: 390, height: 844, colorScheme });
      await phone.getByRole("grid", { name: "Torrents" }).waitFor();
      await check("phone", phone);
      expect(found).toEqual({});
    },
  );

  it.skipIf(lacksBrowser.length > 0)("can be used by keyboard alone, from signing in to removing", async () => {
    const daemon = await daemonWithTorrents();
    const page = await newPage();
    const press = (...keys: string[]): Promise<void> =>
      keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
    /** Presses Tab until the element with the focus has this name. */
    const tabTo = async (name: RegExp): Promise<void> => {
      for (let step = 0; step < 80; step++) {
        await press("Tab");
        const focused = await page.evaluate(() => {
          const { activeElement } = document;
          return `${activeElement?.getAttribute("aria-label") ?? ""}|${activeElement?.textContent ?? ""}|${activeElement instanceof HTMLInputElement ? (activeElement.labels?.[0]?.textContent ?? "") : ""}`;
        });
        if (name.test(focused)) return;
      }
      throw new Error(`the keyboard does not come to ${String(name)}`);
    };
    const rows = page.getByRole("grid", { name: "Torrents" }).getByRole("row");

    await page.goto(`${daemon.url}/`);
    await page.getByLabel("Token").waitFor();
    await tabTo(/Token/);
    await page.keyboard.type(daemon.token);
    await press("Enter");
    await rows.filter({ hasText: "films" }).waitFor();

    // Into the table, down, select a range, all, none.
    await tabTo(/^Torrents\|.*films/s);
    await press("Home");
    await page.getByText("1 selected").waitFor();
    await press("Shift+ArrowDown");
    await page.getByText("2 selected").waitFor();
    await press("Escape", "Control+a");
    await page.getByText("2 selected").waitFor();

    // The context menu by its key, a label by its entry.
    await press("Home", "Shift+F10");
    await page.getByRole("menu").waitFor();
    for (let step = 0; step < 20; step++) {
      if ((await page.evaluate(() => document.activeElement?.textContent ?? "")).startsWith("Label…")) break;
      await press("ArrowDown");
    }
    await press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.getByRole("dialog").getByLabel("Label").press("Control+a");
    await page.keyboard.type("by hand");
    await press("Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByText("by hand").first().waitFor();

    // Details and their tabs by the arrows.
    await tabTo(/^Torrents\|/);
    await press("Home", "Enter");
    await tabTo(/Overview/);
    await press("ArrowRight");
    await page.getByRole("tabpanel").getByRole("treegrid").waitFor();

    // The search, then settings and back.
    await press("/");
    await page.keyboard.type("other");
    await rows.filter({ hasText: "films" }).waitFor({ state: "detached" });
    await press("Control+a", "Delete");
    await rows.filter({ hasText: "films" }).waitFor();
    await tabTo(/Settings/);
    await press("Enter");
    await page.getByRole("dialog").waitFor();
    await press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });

    // Remove, with the confirmation dialog.
    await tabTo(/^Torrents\|/);
    await press("Home", "Delete");
    await page
      .getByRole("dialog")
      .getByRole("heading", { name: /Remove 1 torrent/ })
      .waitFor();
    await tabTo(/\|Remove\|/);
    await press("Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect((await daemon.api<{ torrents: unknown[] }>("GET", "/torrents")).torrents).toHaveLength(1);
    expect(troubleOf(page).errors).toEqual([]);
  });
});
