import mime from "mime";

/** Media type and disposition of a file. */
export interface Served {
  readonly type: string;
  /** Whether a browser may display the file; otherwise it is downloaded. */
  readonly isInline: boolean;
}

/** Raster image types. SVG is not one: it is a document that can run scripts. */
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"]);

/**
 * Returns how a torrent's file is served. Files are untrusted: documents are served as plain text, so that no script
 * runs.
 */
export function servedAs(path: string): Served {
  const type = mime.getType(path) ?? "application/octet-stream";
  if (type.startsWith("video/") || type.startsWith("audio/") || PICTURES.has(type)) return { type, isInline: true };
  if (type === "text/vtt") return { type: "text/vtt; charset=utf-8", isInline: true };
  if (type.startsWith("text/") || type === "image/svg+xml" || /[/+](?:xml|json)$/.test(type))
    return { type: "text/plain; charset=utf-8", isInline: true };
  return { type: "application/octet-stream", isInline: false };
}

/** Whether a media player can open the file. */
export function isPlayable(path: string): boolean {
  const type = mime.getType(path) ?? "";
  return type.startsWith("video/") || (type.startsWith("audio/") && !type.endsWith("mpegurl"));
}
