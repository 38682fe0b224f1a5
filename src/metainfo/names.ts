import { utf8 } from "../base/index.ts";
import { MAX_KEPT_EXTENSION_BYTES, MAX_NAME_BYTES } from "./limits.ts";

/** Letters, digits and punctuation that mean nothing anywhere, not ending in a dot or space: most names, passed at once. */
const PLAIN = /^[\x21-\x2e\x30-\x5b\x5d-\x7e]?(?:[\x20-\x2e\x30-\x5b\x5d-\x7e]{0,150}[\x21-\x2d\x30-\x5b\x5d-\x7e])?$/;
/** How every name that Windows reserves begins. */
const MAYBE_DEVICE = /^[CPANLcpanl]/;
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\.|$)/i;
/** Characters that reorder the text around them, so that `gpj.exe` may read `exe.jpg`. */
const BIDI_CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** Separators, NUL and other control characters, and halves of surrogate pairs, which no file system takes. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[/\\\u0000-\u001f\u007f-\u009f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * One path component that is safe to create in a folder, whatever the torrent says: never empty, `.` or `..`; no separators (`/`,
 * `\`), control characters, or controls of writing direction; no name that Windows reserves for a device; no dot or space at the end
 * (Windows drops them, so that two names would be one file); at most 255 bytes of UTF-8, cut before the extension.
 * Characters that only Windows forbids (`: * ? " < > |`) stay: other clients keep them, and data must be found again.
 */
export function safeName(text: string): string {
  if (text.length > 0 && PLAIN.test(text) && text !== "." && !MAYBE_DEVICE.test(text)) return text;
  let name = text.replaceAll(BIDI_CONTROLS, "").replaceAll(FORBIDDEN, "_");
  name = cut(trimEnd(name));
  if (name === "") return "_";
  return DEVICE.test(name) ? cut(`_${name}`) : name;
}

/** A loop, because `/[. ]+$/` takes quadratic time on hostile names. */
function trimEnd(name: string): string {
  let end = name.length;
  while (end > 0 && (name[end - 1] === "." || name[end - 1] === " ")) end--;
  return name.slice(0, end);
}

/** At most `room` bytes of UTF-8, the extension kept when it is short, and no dot or space at the end. */
function cut(name: string, room = MAX_NAME_BYTES): string {
  // UTF-8 takes at most 3 bytes for a UTF-16 code unit.
  if (name.length * 3 <= room || utf8(name).length <= room) return name;
  const extension = extensionOf(name);
  return trimEnd(prefix(name.slice(0, name.length - extension.length), room - utf8(extension).length) + extension);
}

/** `.ext`, or nothing when there is none or it is too long to be one. */
function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  if (dot <= 0) return "";
  const extension = name.slice(dot);
  return extension.length <= MAX_KEPT_EXTENSION_BYTES && utf8(extension).length <= MAX_KEPT_EXTENSION_BYTES ? extension : "";
}

/** As many whole characters of `text` as fit `room` bytes. */
function prefix(text: string, room: number): string {
  let used = 0;
  let end = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    used += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (used > room) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** The same name with a number before its extension, within 255 bytes: `a.txt` → `a.2.txt`. */
export function numberedName(name: string, number: number): string {
  const extension = extensionOf(name);
  const mark = `.${number}${extension}`;
  return prefix(name.slice(0, name.length - extension.length), MAX_NAME_BYTES - utf8(mark).length) + mark;
}

/** What two names have in common that a file system without regard to case or Unicode normal form takes for one. */
export function foldName(name: string): string {
  // oxlint-disable-next-line no-control-regex
  return /^[\x00-\x7f]*$/.test(name) ? name.toLowerCase() : name.normalize("NFC").toLowerCase().toUpperCase().toLowerCase().normalize("NFC");
}
