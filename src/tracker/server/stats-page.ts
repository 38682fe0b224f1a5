import type { TrackerStats } from "./options.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
}

function duration(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
  return days === 0 ? clock : `${days} d ${clock}`;
}

function row(label: string, ...values: readonly (string | number)[]): string {
  const cells = values.map(
    (value) => `<td>${escapeHtml(typeof value === "number" ? value.toLocaleString("en") : value)}</td>`,
  );
  return `<tr><th scope="row">${escapeHtml(label)}</th>${cells.join("")}</tr>`;
}

/** Returns the HTML page with the server's counts. It has no scripts and loads no other files. */
export function statsPage(name: string, stats: TrackerStats): string {
  const title = escapeHtml(name);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 36rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; margin-bottom: 2rem }
caption { text-align: left; font-weight: 600 }
th, td { padding: .3rem 0; border-bottom: 1px solid #8884; text-align: right; font-variant-numeric: tabular-nums }
th[scope=row], td:first-child:last-child { text-align: left; font-weight: 400 }
th[scope=row] + td:last-child { text-align: right }
</style>
</head>
<body>
<h1>${title}</h1>
<table>
<caption>Swarms</caption>
${row("Torrents", stats.torrents)}
${row("Seeders", stats.seeders)}
${row("Leechers", stats.leechers)}
${row("Downloads completed", stats.completed)}
${row("Running for", duration(stats.uptimeSeconds))}
</table>
<table>
<caption>Requests</caption>
<tr><td></td><th scope="col">HTTP</th><th scope="col">UDP</th></tr>
${row("Announces", stats.http.announces, stats.udp.announces)}
${row("Scrapes", stats.http.scrapes, stats.udp.scrapes)}
${row("Connects", "–", stats.udp.connects)}
${row("Refused", stats.http.refused, stats.udp.refused)}
</table>
</body>
</html>
`;
}
