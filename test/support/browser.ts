import { existsSync } from "node:fs";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, afterEach } from "vitest";
import type { TestDaemon } from "./daemon.ts";

export const CHROMIUM = "/usr/bin/chromium";

/** Missing packages: for the title of a suite that cannot run. */
export const lacksBrowser: readonly string[] = existsSync(CHROMIUM) ? [] : ["chromium"];

let browser: Browser | undefined;
const contexts: BrowserContext[] = [];

afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});

afterAll(async () => {
  await browser?.close();
  browser = undefined;
});

export interface Screen {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: "light" | "dark";
}

/** Problems of a page: errors of scripts, messages of the console, dialogs of the browser. */
export interface Trouble {
  readonly errors: string[];
  readonly dialogs: string[];
}

const troubles = new WeakMap<Page, Trouble>();

/** Problems of the page so far. */
export function troubleOf(page: Page): Trouble {
  return troubles.get(page) ?? { errors: [], dialogs: [] };
}

/** A page of a new browser, which is closed after the test. */
export async function newPage(screen: Screen = {}): Promise<Page> {
  browser ??= await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--headless=new", "--autoplay-policy=no-user-gesture-required"],
  });
  const { width = 1360, height = 820, colorScheme = "light" } = screen;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, acceptDownloads: true });
  contexts.push(context);
  const page = await context.newPage();
  const trouble: Trouble = { errors: [], dialogs: [] };
  troubles.set(page, trouble);
  page.on("pageerror", (error) => trouble.errors.push(error.message));
  page.on("console", (message) => {
    // Some tests cut the connection: the browser reports that on the console.
    if (message.type() === "error" && !/net::ERR|Failed to load resource/.test(message.text()))
      trouble.errors.push(message.text());
  });
  page.on("dialog", (dialog) => {
    trouble.dialogs.push(dialog.message());
    dialog.dismiss().catch(() => undefined);
  });
  return page;
}

/** Opens the daemon's page and signs in. */
export async function signIn(daemon: TestDaemon, screen: Screen = {}): Promise<Page> {
  const page = await newPage(screen);
  await page.goto(`${daemon.url}/`);
  await page.getByLabel("Token").fill(daemon.token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("toolbar").first().waitFor();
  return page;
}
