import { utf8 } from "../../base/index.ts";
import { MAX_KEPT_EXTENSION_BYTES, MAX_NAME_BYTES } from "../limits.ts";

/**
 * The name of the folder in which a client stores its state, within the download folder. It is never part of a torrent.
 */
export const STATE_FOLDER = ".millrace";

/**
 * The maximum length, in characters, of a plain name (see {@link isPlain}). It has one byte per character, so it is
 * shorter than {@link MAX_NAME_BYTES}.
 */
const LONGEST_PLAIN = 150;
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\.|$)/i;
/** Matches characters that change the order in which text is shown: with them `gpj.exe` may be shown as `exe.jpg`. */
const BIDI_CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/**
 * Matches characters that no file system accepts: separators, NUL and other control characters, and halves of surrogate
 * pairs.
 */
const FORBIDDEN =
  // oxlint-disable-next-line no-control-regex
  /[/\\\u0000-\u001f\u007f-\u009f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Invisible characters, and characters that some file systems (Apple's among them) ignore when they compare names. */
const IGNORED = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;
/** Matches the start of a name reserved for Millrace: `.millrace`, or the short name that Windows gives such a file. */
const OWN_NAME = /^(?:\.millrace|millra~)/;
/** Matches every name that {@link OWN_NAME} can match after {@link foldName}. Other names need no folding. */
const MAY_BE_OWN = /^[.mM\u0080-\uffff]/;

/**
 * Whether a name begins with `.millrace`, or with a spelling that some file system treats as equal. Such names are
 * reserved for Millrace.
 */
function isOwnName(name: string): boolean {
  return (
    MAY_BE_OWN.test(name) && OWN_NAME.test(foldName(name.normalize("NFKC").replaceAll(IGNORED, "").normalize("NFKC")))
  );
}

/**
 * Returns a path component that is safe on every file system, whatever `text` contains. It is never empty, `.` or `..`.
 * It has no separators (`/`, `\`), control characters, or marks of writing direction, and no dot or space at the end
 * (Windows drops them, so that two names would be one file). It is no device name of Windows and does not begin with
 * `.millrace`. It has at most 255 bytes of UTF-8; longer names are shortened before the extension. Characters that only
 * Windows forbids (`: * ? " < > |`) stay, because other clients keep them and existing data must be found.
 */
export function safeName(text: string): string {
  if (isPlain(text))
    return mayBeReserved(text.charCodeAt(0)) && (DEVICE.test(text) || OWN_NAME.test(text.toLowerCase()))
      ? `_${text}`
      : text;
  let name = text.replaceAll(BIDI_CONTROLS, "").replaceAll(FORBIDDEN, "_");
  name = cut(trimEnd(name));
  if (name === "") return "_";
  return DEVICE.test(name) || isOwnName(name) ? cut(`_${name}`) : name;
}

/**
 * Whether a name has only letters, digits and harmless punctuation and does not end in a dot or space, as most names
 * do. A loop is twice as fast here as a regular expression.
 */
function isPlain(text: string): boolean {
  const { length } = text;
  if (length === 0 || length > LONGEST_PLAIN) return false;
  let code = 0;
  for (let i = 0; i < length; i++) {
    code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === 0x2f || code === 0x5c) return false;
  }
  return code !== 0x20 && code !== 0x2e;
}

/**
 * Whether the names that begin with this character may be reserved: by Windows (A, C, L, N, P) or by Millrace (M, dot).
 */
function mayBeReserved(first: number): boolean {
  const lower = first | 0x20;
  return (
    first === 0x2e ||
    lower === 0x6d ||
    lower === 0x61 ||
    lower === 0x63 ||
    lower === 0x6c ||
    lower === 0x6e ||
    lower === 0x70
  );
}

/** Removes dots and spaces at the end. It is a loop, because `/[. ]+$/` takes quadratic time on hostile names. */
function trimEnd(name: string): string {
  let end = name.length;
  while (end > 0 && (name[end - 1] === "." || name[end - 1] === " ")) end--;
  return name.slice(0, end);
}

/**
 * Shortens a name to at most `maxBytes` bytes of UTF-8. Keeps a short extension, and leaves no dot or space at the end.
 */
function cut(name: string, maxBytes = MAX_NAME_BYTES): string {
  // UTF-8 takes at most 3 bytes for a UTF-16 code unit.
  if (name.length * 3 <= maxBytes || utf8(name).length <= maxBytes) return name;
  const extension = extensionOf(name);
  return trimEnd(prefix(name.slice(0, name.length - extension.length), maxBytes - utf8(extension).length) + extension);
}

/** Returns the extension of a name with its dot; an empty text when there is none or it is too long. */
function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  if (dot <= 0) return "";
  const extension = name.slice(dot);
  return extension.length <= MAX_KEPT_EXTENSION_BYTES && utf8(extension).length <= MAX_KEPT_EXTENSION_BYTES
    ? extension
    : "";
}

/** Returns the longest prefix of `text` that fits `maxBytes` bytes of UTF-8, in whole characters. */
function prefix(text: string, maxBytes: number): string {
  let used = 0;
  let end = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    used += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (used > maxBytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** Returns a name with a number before its extension, at most 255 bytes: `a.txt` → `a.2.txt`. */
export function numberedName(name: string, number: number): string {
  const extension = extensionOf(name);
  const mark = `.${number}${extension}`;
  return prefix(name.slice(0, name.length - extension.length), MAX_NAME_BYTES - utf8(mark).length) + mark;
}

/**
 * Returns a key for comparing names. Two names have the same key when a file system that ignores case or Unicode normal
 * form treats them as one.
 */
export function foldName(name: string): string {
  for (let i = 0; i < name.length; i++) {
    if (name.charCodeAt(i) > 0x7f)
      return name.normalize("NFC").toLowerCase().toUpperCase().toLowerCase().normalize("NFC");
  }
  return name.toLowerCase();
}
