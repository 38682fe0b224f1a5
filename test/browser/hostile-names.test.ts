import { createHash } from "node:crypto";
import { createServer } from "node:http";
import net from "node:net";

import { describe, expect, it } from "vitest";
import { encode } from "../../src/bencode/index.ts";
import { encodeHandshake } from "../../src/wire/index.ts";
import { lacksBrowser, signIn, troubleOf } from "../support/browser.ts";
import { TestDaemon } from "../support/daemon.ts";
import { eventually } from "../support/process.ts";
import { because } from "../support/programs.ts";

/** Sets a flag when it is run. */
const RUN = "window.__run=1";

/** Texts that have run scripts in some browser. No slash in them, since they are names of files, too. */
const PAYLOADS = [
  `<script>${RUN}<\u2215script>`,
  `<img src=x onerror=${RUN}>`,
  `<svg onload=${RUN}>`,
  `"><img src=x onerror=${RUN}>`,
  `'><svg onload=${RUN}>`,
  `<body onload=${RUN}>`,
  `<iframe srcdoc="<script>${RUN}<\u2215script>">`,
  `<iframe src="javascript:${RUN}">`,
  `javascript:${RUN}`,
  `data:text\u2215html,<script>${RUN}<\u2215script>`,
  `<a href="javascript:${RUN}">x`,
  `<input autofocus onfocus=${RUN}>`,
  `<select autofocus onfocus=${RUN}>`,
  `<textarea autofocus onfocus=${RUN}>`,
  `<video><source onerror=${RUN}>`,
  `<audio src=x onerror=${RUN}>`,
  `<details open ontoggle=${RUN}>`,
  `<marquee onstart=${RUN}>`,
  `<object data="javascript:${RUN}">`,
  `<embed src="javascript:${RUN}">`,
  `<math><mi xlink:href="javascript:${RUN}">x`,
  `<style>@import 'javascript:${RUN}'<\u2215style>`,
  `<link rel=stylesheet href="javascript:${RUN}">`,
  `<base href="javascript:${RUN}">`,
  `<form action="javascript:${RUN}"><button>x`,
  `<template><img src=x onerror=${RUN}>`,
  `<noscript><p title="<\u2215noscript><img src=x onerror=${RUN}>">`,
  `<svg><animate onbegin=${RUN} attributeName=x>`,
  `<svg><script>${RUN}`,
  `<img src=\`x\` onerror=${RUN}>`,
  `&lt;script&gt;${RUN}`,
  `&#60;img src=x onerror=${RUN}&#62;`,
  `\\u003cimg src=x onerror=${RUN}\\u003e`,
  `%3Cimg src=x onerror=${RUN}%3E`,
  `\${${RUN}}`,
  `{{constructor.constructor('${RUN}')()}}`,
  `{{=${RUN}}}`,
  `<%= ${RUN} %>`,
  `#{${RUN}}`,
  `"onmouseover="${RUN}`,
  `' onpointerenter='${RUN}`,
  `" style="animation:x" onanimationstart="${RUN}`,
  `<x contenteditable onblur=${RUN} tabindex=0 autofocus>`,
  `<div onclick=${RUN}>click`,
  `<button popovertarget=x onbeforetoggle=${RUN}>`,
  `]]><script>${RUN}`,
  `--><img src=x onerror=${RUN}>`,
  `';${RUN}\u2215\u2215`,
  `";${RUN}\u2215\u2215`,
  `<\u0000img src=x onerror=${RUN}>`.replace("\u0000", "\u00ad"),
  `__proto__`,
  `constructor`,
] as const;

/** A torrent with the text in every field that the page may show. */
function torrentOf(payload: string, announce: string): { readonly bytes: Uint8Array; readonly infoHash: Uint8Array } {
  const files = [
    { length: 5, path: [payload] },
    { length: 5, path: ["folder", `${payload}.mp4`] },
  ];
  const info = { files, name: payload, "piece length": 16_384, pieces: Buffer.alloc(20) };
  return {
    bytes: encode({ announce, comment: payload, "created by": payload, info }),
    infoHash: createHash("sha1").update(encode(info)).digest(),
  };
}

describe(`the page with hostile names${because(lacksBrowser)}`, () => {
  it.skipIf(lacksBrowser.length > 0)(
    "shows names of torrents, files, peers, labels and trackers' messages as text, and runs none of them",
    { timeout: 240_000 },
    async () => {
      expect(PAYLOADS.length).toBeGreaterThanOrEqual(50);
      // A tracker that replies with the text in the query of its URL.
      const tracker = createServer((request, response) => {
        const at = Number(new URL(request.url ?? "/", "http://x").searchParams.get("p") ?? 0);
        response.end(Buffer.from(encode({ "failure reason": PAYLOADS[at] ?? "" })));
      });
      await new Promise<void>((resolve) => {
        tracker.listen(0, "127.0.0.1", resolve);
      });
      const address = tracker.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      const sockets: net.Socket[] = [];
      try {
        const daemon = await TestDaemon.start();
        const { peerPort } = await daemon.api<{ peerPort: number }>("GET", "/session");
        const ids: string[] = [];
        for (const [at, payload] of PAYLOADS.entries()) {
          const { bytes, infoHash } = torrentOf(payload, `http://127.0.0.1:${port}/announce?p=${at}`);
          const id = await daemon.add(bytes, { label: payload.slice(0, 100) });
          ids.push(id);
          await daemon.torrentIs(id, "downloading", ({ state }) => state === "downloading");
          // A peer whose client name it is (BEP 10).
          const socket = net.connect(peerPort, "127.0.0.1");
          sockets.push(socket);
          socket.on("error", () => undefined);
          const extended = Buffer.concat([Buffer.from([20, 0]), encode({ m: {}, v: payload })]);
          const length = Buffer.alloc(4);
          length.writeUInt32BE(extended.length);
          socket.write(
            Buffer.concat([
              encodeHandshake({
                infoHash,
                peerId: Buffer.from(`-XX0000-${String(at).padStart(12, "0")}`),
                reserved: { extended: true },
              }),
              length,
              extended,
            ]),
          );
        }
        const page = await signIn(daemon);
        const grid = page.getByRole("grid", { name: "Torrents" });
        await page.getByText(`${PAYLOADS.length} torrents`).first().waitFor();
        const search = page.getByRole("searchbox", { name: "Search torrents" });
        for (const [at, id] of ids.entries()) {
          await eventually(
            "the tracker has spoken",
            async () => (await daemon.api<[{ message: string }]>("GET", `/torrents/${id}/trackers`))[0].message !== "",
          );
          // A name is kept, except for characters that a file name cannot have.
          await search.fill((await daemon.torrent<{ name: string }>(id)).name);
          const row = grid.locator(`#row-${id}`);
          await row.click();
          if (at === 0) await row.dblclick();
          for (const tab of ["Overview", "Files", "Peers", "Trackers"])
            await page.getByRole("tab", { name: tab }).click();
          if (at % 10 === 0) {
            await row.click({ button: "right" });
            await page.getByRole("menu").waitFor();
            await page.keyboard.press("Escape");
            await page.getByRole("button", { name: "Remove", exact: true }).click();
            await page.getByRole("dialog").waitFor();
            await page.keyboard.press("Escape");
          }
        }
        // A file that is no torrent, and an invalid link: their names appear in messages.
        const chooser = page.waitForEvent("filechooser");
        await page.getByRole("button", { name: "Add torrent file" }).first().click();
        await (
          await chooser
        ).setFiles({
          name: `${PAYLOADS[1]}.torrent`,
          mimeType: "application/x-bittorrent",
          buffer: Buffer.from("nonsense"),
        });
        await page.getByText(/is not a torrent file/).waitFor();
        await page.getByRole("tab", { name: "Log" }).click();
        await page.getByLabel("All torrents").check();
        const made = await page.evaluate(() => ({
          run: Reflect.get(window, "__run") as unknown,
          elements: document.querySelectorAll(
            "#app img, #app script, iframe, object, embed, base, marquee, math, form[action], [onerror], [onload], [onfocus], [onclick], [href^='javascript']",
          ).length,
        }));
        expect(made).toEqual({ run: undefined, elements: 0 });
        expect(troubleOf(page)).toEqual({ errors: [], dialogs: [] });
      } finally {
        for (const socket of sockets) socket.destroy();
        tracker.closeAllConnections();
        tracker.close();
      }
    },
  );
});
