/** Returns a response whose body is a value as JSON. */
export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return jsonText(JSON.stringify(value), status, headers);
}

/** Returns a response whose body is a text that is already JSON. */
export function jsonText(text: string, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(text, {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
  });
}

/** Returns a response without a body, status 204. */
export function noContent(headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status: 204, headers: { "cache-control": "no-store", ...headers } });
}

/**
 * Returns a Content-Disposition header with which browsers save the response as a file with this name. The name may
 * contain any characters (RFC 6266, RFC 8187).
 */
export function attachment(name: string): string {
  const plain = name.replaceAll(/[^ !#$&+\-.0-9A-Z^_`a-z~]/g, "_");
  const encoded = encodeURIComponent(name.replaceAll(/\p{Cs}/gu, "\u{fffd}")).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
