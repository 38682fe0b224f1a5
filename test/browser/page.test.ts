import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { lacksBrowser, newPage, signIn, troubleOf } from "../support/browser.ts";
import { torrentOf, writeRandom } from "../support/clients.ts";
import { TestDaemon } from "../support/daemon.ts";
import { eventually } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";
import { Libtorrent, sha256 } from "../support/real-clients.ts";
import { tempFolder } from "../support/temp-folder.ts";

const lacking = [...lacksBrowser, ...missing("python3-libtorrent")];

function rowOf(page: Page, name: string): Locator {
  return page.getByRole("grid", { name: "Torrents" }).getByRole("row").filter({ hasText: name });
}

/** No script failed, was blocked by the content policy, or opened a dialog of the browser. */
const NO_TROUBLE = { errors: [], dialogs: [] };

describe(`the page${because(lacking)}`, () => {
  it.skipIf(lacking.length > 0)("signs in with the token alone, and out again", async () => {
    const daemon = await TestDaemon.start();
    const page = await newPage();
    await page.goto(`${daemon.url}/`);
    await page.getByLabel("Token").fill("not-the-token");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText("The token is wrong.").waitFor();
    await page.getByLabel("Token").fill(daemon.token);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("No torrents yet").waitFor();
    await page.reload();
    await page.getByText("No torrents yet").waitFor();
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByLabel("Token").waitFor();
    await page.reload();
    await page.getByLabel("Token").waitFor();
    expect(troubleOf(page)).toEqual(NO_TROUBLE);
  });

  it.skipIf(lacking.length > 0)(
    "adds by file, link and creation, shows, starts, pauses, removes, configures",
    async () => {
      const home = await tempFolder();
      const folder = join(home, "seed");
      await writeRandom(folder, {
        "films/a film.bin": 3_000_000,
        "films/extras/notes.txt": 200_000,
        "other.bin": 500_000,
      });
      const films = await torrentOf(join(folder, "films"), {
        pieceLength: 65_536,
        trackers: [["http://127.0.0.1:9/announce"]],
      });
      const seeder = await Libtorrent.start({ home, source: films.file, dir: folder, seed: true, up: 1_000_000 });
      const daemon = await TestDaemon.start();
      const page = await signIn(daemon);
      const dialog = page.getByRole("dialog");

      // A file that is no torrent is rejected (HTTP 422), and nothing is added.
      await writeFile(join(home, "broken.torrent"), "d4:spam");
      let chooser = page.waitForEvent("filechooser");
      await page.getByRole("button", { name: "Add torrent file" }).first().click();
      await (await chooser).setFiles(join(home, "broken.torrent"));
      await page.getByText(/broken\.torrent is not a torrent file/).waitFor();

      // Add by file, with the file tree and priorities before it starts.
      chooser = page.waitForEvent("filechooser");
      await page.getByRole("button", { name: "Add torrent file" }).first().click();
      await (await chooser).setFiles(films.file);
      await dialog.getByText("a film.bin").waitFor();
      await dialog.getByRole("combobox", { name: "Priority of a film.bin" }).selectOption("high");
      await dialog.getByLabel("Label").fill("shelf");
      await dialog.getByRole("button", { name: "Add", exact: true }).click();
      await rowOf(page, "films").waitFor();

      // The details: peers are added and shown with address, client and speeds.
      await rowOf(page, "films").click();
      const details = page.getByRole("region", { name: "Details" });
      if (!(await details.isVisible())) await page.getByRole("button", { name: "Details", exact: true }).click();
      await page.getByRole("tab", { name: "Peers" }).click();
      await page.getByRole("button", { name: "Add peers…" }).click();
      await dialog.getByLabel("Addresses").fill(`127.0.0.1:${seeder.port}`);
      await dialog
        .getByRole("button", { name: "Add peers", exact: true })
        .or(dialog.getByRole("button", { name: "Add", exact: true }))
        .click();
      const peer = page.getByRole("row").filter({ hasText: "libtorrent" });
      await peer.waitFor();
      expect(await peer.innerText()).toMatch(/127\.0\.0\.1/);

      // The table shows state, speeds, size, done, uploaded and ratio, live.
      await rowOf(page, "films").getByText("Downloading").waitFor();
      await eventually("the speed is shown", async () => /(KiB|MiB)\/s/.test(await rowOf(page, "films").innerText()));
      for (const heading of ["Status", "Name", "Size", "Done", "Down", "Up", "Uploaded", "Ratio"])
        await page.getByRole("columnheader", { name: heading, exact: true }).first().waitFor();
      await rowOf(page, "films").getByText("Seeding").waitFor();
      await rowOf(page, "films").getByText("100").first().waitFor();
      expect(await sha256(join(daemon.place.downloads, "films/a film.bin"))).toBe(
        await sha256(join(folder, "films/a film.bin")),
      );

      // Each tab of the details shows its data.
      for (const [tab, text] of [
        ["Overview", /3\.05 MiB|3\.\d+ MiB/],
        ["Files", /a film\.bin/],
        ["Trackers", /127\.0\.0\.1:9/],
        ["Log", /added|complete/i],
      ] as const) {
        await page.getByRole("tab", { name: tab }).click();
        await page.getByRole("tabpanel").getByText(text).first().waitFor();
      }
      await page.getByRole("tab", { name: "Speed" }).click();
      await page.getByRole("img", { name: /Chart of speeds/ }).waitFor();

      // Ways to find peers, for this torrent alone.
      await page.getByRole("tab", { name: "Overview" }).click();
      await page.getByRole("checkbox", { name: "Peer exchange" }).uncheck();
      await daemon.torrentIs(films.metainfo.id.hex, "without peer exchange", ({ discovery }) => {
        expect(discovery).toMatchObject({ dht: true, lsd: true });
        return JSON.stringify(discovery).includes('"pex":false');
      });

      // Add by link: a magnet, which finds no peer here and stays at its metadata; select all, pause, start.
      await page.getByRole("button", { name: "Add link" }).click();
      await dialog.getByLabel(/Magnet links/).fill(`magnet:?xt=urn:btih:${"ab".repeat(20)}&dn=from+a+link`);
      await dialog.getByRole("button", { name: "Add", exact: true }).click();
      await rowOf(page, "from a link").getByText("Metadata", { exact: true }).waitFor();
      const fetching = rowOf(page, "from a link").getByRole("progressbar", { name: "Metadata" });
      expect(await fetching.innerText()).toMatch(/^Metadata 0\s?%$/);
      await page.getByRole("checkbox", { name: "Select all" }).check();
      await page.getByText("2 selected").waitFor();
      await page.getByRole("button", { name: "Pause", exact: true }).click();
      await rowOf(page, "films").getByText("Paused").waitFor();
      await rowOf(page, "from a link").getByText("Paused").waitFor();
      await page.getByRole("button", { name: "Start", exact: true }).click();
      await rowOf(page, "films").getByText("Seeding").waitFor();

      // Create a torrent of data on the daemon's disk, seed it.
      await page.getByRole("button", { name: "Create torrent" }).click();
      await dialog.getByLabel(/File or folder/).fill(join(folder, "other.bin"));
      await dialog.getByRole("button", { name: "Create", exact: true }).click();
      await rowOf(page, "other.bin").getByText("Seeding").waitFor();

      // The filter sidebar counts and filters, the search finds.
      const sidebar = page
        .getByRole("navigation", { name: "Filters" })
        .or(page.getByRole("complementary", { name: "Filters" }));
      await sidebar.getByText("shelf").click();
      await rowOf(page, "other.bin").waitFor({ state: "detached" });
      await sidebar.getByText("All labels").click();
      await page.getByRole("searchbox", { name: "Search torrents" }).fill("LINK");
      await rowOf(page, "other.bin").waitFor({ state: "detached" });
      await rowOf(page, "from a link").waitFor();
      await page.getByRole("searchbox", { name: "Search torrents" }).fill("");

      // Remove: after a confirmation; data is kept by default.
      await rowOf(page, "films").click();
      await page.getByRole("button", { name: "Remove", exact: true }).click();
      await dialog.getByRole("heading", { name: "Remove 1 torrent?" }).waitFor();
      await dialog.getByRole("button", { name: "Cancel" }).click();
      await page.getByRole("button", { name: "Remove", exact: true }).click();
      await dialog.getByLabel("Also delete the downloaded data").check();
      await dialog.getByRole("button", { name: "Remove", exact: true }).click();
      await rowOf(page, "films").waitFor({ state: "detached" });
      await eventually("the data is gone", () => !existsSync(join(daemon.place.downloads, "films")));

      // Change settings.
      await page.getByRole("button", { name: "Settings" }).click();
      const elsewhere = join(await tempFolder(), "elsewhere");
      await mkdir(elsewhere);
      await dialog.getByLabel("Download folder").fill(elsewhere);
      await dialog.getByRole("button", { name: "Save" }).click();
      await page.getByText("Settings saved.").waitFor();
      expect((await daemon.api<{ downloadDir: string }>("GET", "/settings")).downloadDir).toBe(elsewhere);
      expect(troubleOf(page)).toEqual(NO_TROUBLE);
    },
  );

  it.skipIf(lacking.length > 0)(
    "reconnects by itself after the daemon was killed, with the same torrents",
    async () => {
      const home = await tempFolder();
      await writeRandom(home, { "x.bin": 400_000 });
      const { file } = await torrentOf(join(home, "x.bin"));
      const first = await TestDaemon.start();
      await first.add(await readFile(file), { paused: true });
      const page = await signIn(first);
      await rowOf(page, "x.bin").getByText("Paused").waitFor();
      await first.program.stop("SIGKILL");
      await page.getByText("No connection to the daemon.").waitFor();
      const second = await TestDaemon.start({ place: first.place, listen: new URL(first.url).host });
      await page.getByText("No connection to the daemon.").waitFor({ state: "detached" });
      await rowOf(page, "x.bin").getByText("Paused").waitFor();
      const [{ id }] = (await second.api<{ torrents: [{ id: string }] }>("GET", "/torrents")).torrents;
      await second.api("POST", "/torrents/actions", { action: "label", ids: [id], label: "after" });
      await page.getByText("after").first().waitFor();
      expect(troubleOf(page)).toEqual(NO_TROUBLE);
    },
  );
});
