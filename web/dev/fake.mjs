// For development only: serves a built page with made-up torrents that change, so that the page can be looked at without a daemon.
// node web/dev/fake.mjs [PORT] [TORRENTS] [FOLDER OF THE BUILD]; the token is "token".
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";

const [port = "8099", amount = "40", folder = new URL("../../dist/web", import.meta.url).pathname] = process.argv.slice(2);
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; media-src 'self'";
const states = ["downloading", "seeding", "seeding", "paused", "queued", "checking", "failed", "fetching-metadata", "seeding", "downloading"];
const kinds = ["debian-13.1.0-amd64-netinst.iso", "Big Buck Bunny (2160p, 60 fps)", "Wikipedia dump 2026-11", "Ünïcödé — 素晴らしい 🎬 release", "<img src=x onerror=alert(1)> & friends", "OpenStreetMap planet 261116", "LibriVox collection"];
const labels = ["", "linux", "films", "data"];
const trackers = [["tracker.example.org"], ["open.tracker.example", "backup.example.net"], [], ["very-long-tracker-host-name.announce.example.com"]];
const GB = 1024 ** 3;

const rows = new Map();
for (let at = 0; at < Number(amount); at += 1) {
  const state = states[at % states.length];
  const progress = state === "seeding" ? 1 : ((at * 37) % 97) / 100;
  const size = state === "fetching-metadata" ? 0 : Math.round((0.02 + ((at * 7919) % 997) / 60) * GB);
  const id = (at + 1).toString(16).padStart(40, "0");
  const [down, up] = [state === "downloading" ? 2e6 + at * 1000 : 0, state === "seeding" && at % 3 ? 4e5 : 0];
  rows.set(id, {
    id, name: `${kinds[at % kinds.length]} ${at}`, state, error: state === "failed" ? { code: "storage.gone", message: "The folder /srv/x is gone" } : null, progress, size, wanted: size, done: Math.round(size * progress),
    downRate: down, upRate: up, downloaded: Math.round(size * progress), uploaded: Math.round(size * ((at % 13) / 5)), ratio: (at % 13) / 5, eta: down ? 600 + at : null,
    peers: at % 40, seeds: at % 9, availability: (at % 50) / 10, label: labels[at % 4], trackers: trackers[at % 4], folder: "/srv/downloads", addedAt: Date.now() - at * 3.6e6, finishedAt: progress === 1 ? Date.now() - at * 1e6 : null, queue: at, private: at % 5 === 0,
  });
}
const settings = { downloadDir: "/srv/downloads", maxDownloadRate: null, maxUploadRate: 1048576, schedule: [{ days: [1, 2, 3, 4, 5], from: "08:00", to: "18:00", maxDownloadRate: 524288, maxUploadRate: null }], maxConnections: 500, maxPeers: 60, uploadSlots: 8, maxActiveDownloads: 5, maxActiveSeeds: null, seedRatio: 2, seedSeconds: null, labels: { linux: "/srv/linux" }, watchDir: "", startAdded: true };
const info = () => ({ version: "0.1.0", peerId: "-MR0100-", peerPort: 51413, isReachable: false, downloadDir: settings.downloadDir, freeBytes: 412 * GB, now: Date.now(), maxDownloadRate: settings.maxDownloadRate, maxUploadRate: settings.maxUploadRate });
const tasks = new Map();
const log = Array.from({ length: 30 }, (_, id) => ({ id, at: Date.now() - (30 - id) * 9000, level: ["info", "info", "warn", "error", "debug"][id % 5], message: `Something happened, number ${id}: <b>not bold</b>`, torrent: id % 3 ? null : [...rows.keys()][0] ?? null }));
const streams = new Set();
const tell = (event, data) => { for (const stream of streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`); };
let total = { down: 0, up: 0 };
setInterval(() => {
  const changed = [];
  total = { down: 0, up: 0 };
  for (const row of rows.values()) {
    if (row.state === "downloading" && changed.length < 60) {
      row.downRate = Math.round(2e6 + 1.5e6 * Math.sin(Date.now() / 9000 + row.queue));
      row.done = Math.min(row.size, row.done + row.downRate);
      row.progress = row.size ? row.done / row.size : 0;
      changed.push({ id: row.id, downRate: row.downRate, done: row.done, progress: row.progress });
    }
    total.down += row.downRate;
    total.up += row.upRate;
  }
  if (changed.length) tell("delta", { changed, removed: [] });
  tell("rates", { at: Date.now(), ...total, connections: 123 });
}, 1000);

const fileList = (id) => Array.from({ length: 24 }, (_, index) => ({ index, path: ["Season 1/Episode ", "Season 2/Extras/Clip ", "Notes "][index % 3] + index + [".mkv", ".webm", ".txt"][index % 3], size: 3e7 + index * 1e6, done: 2e7 + index * 2e5, priority: ["normal", "high", "skip"][index % 3], id }));
const noise = (count, of) => Buffer.from(Uint8Array.from({ length: count }, (_, at) => of(at))).toString("base64");
const historyOf = (count, step) => Array.from({ length: count }, (_, at) => ({ at: Date.now() - (count - at) * step, down: 4e6 + 3e6 * Math.sin(at / 9), up: 9e5 + 5e5 * Math.cos(at / 5) }));

/** Method and path to an answer; a number is a status. */
function answer(method, path, body) {
  const [, id, part] = /^torrents\/([0-9a-f]{40})(?:\/(.*))?$/.exec(path) ?? [];
  if (id !== undefined) {
    const row = rows.get(id);
    if (row === undefined) return 404;
    if (method === "PATCH" && part === undefined) return Object.assign(row, body), tell("delta", { changed: [row], removed: [] }), {};
    if (method !== "GET") return {};
    if (part === undefined) return { ...row, limits: { maxDownloadRate: null, maxUploadRate: 204800, seedRatio: null, seedSeconds: null }, sequential: false, magnet: `magnet:?xt=urn:btih:${id}`, comment: "A comment", createdBy: "mktorrent 1.1", createdAt: Date.now() - 1e10, pieceCount: 4000, pieceLength: 1048576, fileCount: 24, wasted: 12345, knownPeers: 87 };
    if (part === "files") return fileList(id);
    if (part === "peers") return Array.from({ length: row.peers }, (_, at) => ({ ip: at % 4 ? `10.0.3.${at}` : `2001:db8::${at}`, port: 6881 + at, id: at % 4 ? `10.0.3.${at}:${6881 + at}` : `[2001:db8::${at}]:${6881 + at}`, peerId: "00", client: ["qBittorrent 5.0", "Transmission 4.1", "libtorrent 2.0", "<i>odd</i>"][at % 4], direction: "outgoing", progress: (at % 10) / 9, downRate: at * 9000, upRate: at * 3000, downloaded: at * 1e7, uploaded: at * 3e6, flags: ["D", "dU", "uI", "DS"][at % 4] }));
    if (part === "trackers") return row.trackers.map((host, tier) => ({ url: `https://${host}/announce`, tier, state: tier ? "waiting" : "working", lastAnnounceAt: Date.now() - 6e5, nextAnnounceAt: Date.now() + 1.2e6, seeders: 120, leechers: 33, completed: 4412, peersReceived: 50, message: tier ? "connection refused" : "" }));
    if (part === "pieces") return { count: 4000, have: noise(500, (at) => (at < 500 * row.progress ? 255 : at % 11 ? 0 : 16)), availability: noise(4000, (at) => (at % 300 < 20 ? 0 : 1 + (at % 7))), active: Array.from({ length: 40 }, (_, at) => Math.floor(4000 * row.progress) + at * 7) };
  }
  if (path === "torrents/actions") {
    for (const row of body.ids.map((one) => rows.get(one)).filter(Boolean)) {
      if (body.action === "remove") rows.delete(row.id), tell("delta", { changed: [], removed: [row.id] });
      else { if (body.action === "pause") Object.assign(row, { state: "paused", downRate: 0, upRate: 0 }); if (body.action === "start") row.state = "downloading"; if (body.action === "label") row.label = body.label; tell("delta", { changed: [row], removed: [] }); }
    }
    return { done: body.ids.length, failed: [] };
  }
  if (path === "torrents/inspect") return { id: "f".repeat(40), name: "Big Buck Bunny", size: 1e9, pieceLength: 1048576, private: false, comment: "Peach open movie", isKnown: false, files: fileList("").map(({ index, path, size }) => ({ index, path, size })) };
  if (path === "torrents") return { id: "f".repeat(40) };
  if (path === "settings") return Object.assign(settings, body), tell("session", info()), settings;
  if (path === "session") return info();
  if (path === "statistics") return { startedAt: Date.now() - 2e8, downloaded: 9e12, uploaded: 2e13, sessionDownloaded: 3e10, sessionUploaded: 7e10, torrents: rows.size, states: { downloading: 8, seeding: 20, paused: 12 }, connections: 123, downRate: total.down, upRate: total.up, freeBytes: 412 * GB, memory: 1.5e8 };
  if (path === "statistics/history") return { recent: historyOf(360, 10_000), hours: historyOf(720, 3.6e6) };
  if (path === "log") return log;
  if (path === "tasks") return [...tasks.values()];
  if (path.startsWith("tasks/")) return tasks.delete(path.slice(6)), {};
  if (path === "create") { const task = { id: String(tasks.size), path: body.path, state: "hashing", progress: 0.4, torrent: null, error: null }; tasks.set(task.id, task); return task; }
  return 404;
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url ?? "/", "http://localhost");
  response.setHeader("Content-Security-Policy", csp);
  const json = (status, value) => response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
  if (!url.pathname.startsWith("/api/v1/")) {
    const name = url.pathname === "/" ? "/index.html" : url.pathname;
    try {
      const bytes = readFileSync(join(folder, name));
      return response.writeHead(200, { "Content-Type": types[extname(name)] ?? "application/octet-stream" }).end(bytes);
    } catch {
      return response.writeHead(404).end();
    }
  }
  const path = url.pathname.slice("/api/v1/".length);
  let text = "";
  for await (const chunk of request) text += chunk;
  const isJson = request.headers["content-type"] === "application/json";
  const body = isJson ? JSON.parse(text) : {};
  const problem = (status, detail) => json(status, { type: "about:blank", title: "No", status, detail, code: "fake.no" });
  if (path === "login") return body.token === "token" ? (response.setHeader("Set-Cookie", "sid=1; HttpOnly; SameSite=Strict; Path=/"), json(200, { csrf: "c" })) : problem(401, "wrong token");
  if (!request.headers.cookie?.includes("sid=1")) return problem(401, "not logged in");
  if (path === "me") return json(200, { csrf: "c" });
  if (path === "logout") return response.setHeader("Set-Cookie", "sid=; Max-Age=0; Path=/"), json(200, {});
  if (path === "events") {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    streams.add(response);
    request.on("close", () => streams.delete(response));
    return response.write(`event: snapshot\ndata: ${JSON.stringify({ torrents: [...rows.values()], session: info() })}\n\n`);
  }
  const result = answer(request.method, path, body);
  return result === 404 ? problem(404, "There is no such torrent.") : json(200, result);
});
server.listen(Number(port), "127.0.0.1", () => console.log(`http://127.0.0.1:${port} with ${rows.size} torrents; token: token`));
