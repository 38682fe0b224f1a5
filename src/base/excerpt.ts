import { utf8Decode } from "./bytes/bytes.ts";
import { MAX_EXCERPT } from "./limits.ts";

/**
 * Matches the characters that {@link cleanText} replaces by a space: control characters, line and paragraph separators,
 * and marks that change the writing direction.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\uFFFD\s]+/gu;

/**
 * Makes text from another host safe to show in a message: one line, without control characters and marks of writing
 * direction, at most {@link MAX_EXCERPT} characters.
 */
export function cleanText(text: string): string {
  // Only the start is shown, so only the start is cleaned.
  const clean = text
    .slice(0, MAX_EXCERPT * 4)
    .replace(UNSAFE, " ")
    .trim();
  if (clean.length <= MAX_EXCERPT) return clean;
  // `toWellFormed` would be the tool for a pair cut in two; the library of es2023 does not have it.
  return `${clean.slice(0, MAX_EXCERPT - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** Decodes bytes as UTF-8 and makes the text safe to show with {@link cleanText}. */
export function cleanBytes(bytes: Uint8Array): string {
  return cleanText(utf8Decode(bytes.subarray(0, MAX_EXCERPT * 4)));
}

/**
 * Whether a reply is a web page instead of bencode: parked domains, captive portals and error pages send such replies.
 */
export function looksLikeHtml(bytes: Uint8Array): boolean {
  return /^\s*(?:<!doctype|<html|<head|<\?xml|<!--|<body|<h1)/i.test(utf8Decode(bytes.subarray(0, 256)));
}

/** Returns the title of a web page; when it has none, its text without tags. */
export function pageText(bytes: Uint8Array): string {
  const html = utf8Decode(bytes.subarray(0, 16_384));
  const title = /<title[^>]{0,200}>([^<]{0,400})/i.exec(html)?.[1];
  return cleanText(title ?? html.replace(/<[^>]{0,1000}>/g, " "));
}
