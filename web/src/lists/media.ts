const VIDEO = new Set(["mp4", "m4v", "webm", "mkv", "mov", "ogv", "avi", "mpg", "mpeg", "ts", "m2ts", "wmv"]);
const AUDIO = new Set(["mp3", "m4a", "aac", "flac", "ogg", "oga", "opus", "wav", "weba"]);

/**
 * Returns the kind of HTML element that plays a file with this name; null when the file is neither video nor audio.
 * The browser may nevertheless not support the format.
 */
export function mediaOf(name: string): "video" | "audio" | null {
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  return VIDEO.has(extension) ? "video" : AUDIO.has(extension) ? "audio" : null;
}
