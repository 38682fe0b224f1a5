import mime from "mime";

/** How a file is served. */
export interface Served {
  readonly type: string;
  /** Whether a browser may show it in its place; otherwise it is saved. */
  readonly isInline: boolean;
}

/** Pictures that are pixels: svg is a document that runs scripts. */
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"]);

/** How a torrent's file is served. Its author is unknown: documents are served as text, so that none of them runs. */
export function servedAs(path: string): Served {
  const type = mime.getType(path) ?? "application/octet-stream";
  if (type.startsWith("video/") || type.startsWith("audio/") || PICTURES.has(type)) return { type, isInline: true };
  if (type === "text/vtt") return { type: "text/vtt; charset=utf-8", isInline: true };
  if (type.startsWith("text/") || type === "image/svg+xml" || /[/+](?:xml|json)$/.test(type))
    return { type: "text/plain; charset=utf-8", isInline: true };
  return { type: "application/octet-stream", isInline: false };
}

/** Whether a player can do something with it. */
export function isPlayable(path: string): boolean {
  const type = mime.getType(path) ?? "";
  return type.startsWith("video/") || (type.startsWith("audio/") && !type.endsWith("mpegurl"));
}
