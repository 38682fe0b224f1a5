import mime from "mime";

/** The media type with which a file is served, and whether a browser may display it. */
export interface Served {
  readonly type: string;
  /** Whether a browser may display the file. When it may not, the file is downloaded. */
  readonly isInline: boolean;
}

/**
 * The media types of images that consist of pixels. SVG is not one of them, because an SVG image is a document that can
 * contain scripts.
 */
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"]);

/**
 * Returns the media type and disposition with which a torrent's file is served, by the file's name. Torrents are
 * untrusted: documents are served as plain text, so that no script in them runs.
 */
export function servedAs(path: string): Served {
  const type = mime.getType(path) ?? "application/octet-stream";
  if (type.startsWith("video/") || type.startsWith("audio/") || PICTURES.has(type)) return { type, isInline: true };
  if (type === "text/vtt") return { type: "text/vtt; charset=utf-8", isInline: true };
  if (type.startsWith("text/") || type === "image/svg+xml" || /[/+](?:xml|json)$/.test(type))
    return { type: "text/plain; charset=utf-8", isInline: true };
  return { type: "application/octet-stream", isInline: false };
}

/** Whether media players can open a file with this name. */
export function isPlayable(path: string): boolean {
  const type = mime.getType(path) ?? "";
  return type.startsWith("video/") || (type.startsWith("audio/") && !type.endsWith("mpegurl"));
}
