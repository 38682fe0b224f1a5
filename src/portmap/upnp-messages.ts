/** The services of a UPnP gateway that map ports (UPnP IGD 1 and 2). */
const SERVICES = [
  "urn:schemas-upnp-org:service:WANIPConnection:2",
  "urn:schemas-upnp-org:service:WANIPConnection:1",
  "urn:schemas-upnp-org:service:WANPPPConnection:1",
];

/** The device types that a search is for. */
const DEVICES = [
  "urn:schemas-upnp-org:device:InternetGatewayDevice:1",
  "urn:schemas-upnp-org:device:InternetGatewayDevice:2",
];

/** The multicast group of UPnP searches (SSDP). */
export const SSDP_GROUP = { ip: "239.255.255.250", port: 1_900 } as const;

/** A service of a gateway that maps ports. */
export interface ControlPoint {
  readonly service: string;
  /** The URL to which commands are sent. */
  readonly url: string;
}

/** Returns the messages of a search for gateways, one for each version. */
export function searchMessages(): string[] {
  return DEVICES.map((device) =>
    [
      "M-SEARCH * HTTP/1.1",
      `HOST: ${SSDP_GROUP.ip}:${SSDP_GROUP.port}`,
      'MAN: "ssdp:discover"',
      "MX: 1",
      `ST: ${device}`,
      "",
      "",
    ].join("\r\n"),
  );
}

/** Returns the URL of the description in a response to a search; `undefined` when it is none of a gateway. */
export function parseSearchResponse(text: string): string | undefined {
  const [first = "", ...lines] = text.split("\r\n");
  if (!/^HTTP\/1\.[01] 200/.test(first)) return undefined;
  const header = (name: string): string | undefined =>
    lines
      .find((line) => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  return DEVICES.includes(header("st") ?? "") ? header("location") : undefined;
}

/**
 * Returns the service in a device's description that maps ports; `undefined` when it has none. `url` is the URL of the
 * description. Services at other hosts than the device are left out.
 */
export function parseDescription(xml: string, url: string): ControlPoint | undefined {
  const base = elementOf(xml, "URLBase") ?? url;
  const found = xml
    .split("<service>")
    .slice(1)
    .map((part) => ({ service: elementOf(part, "serviceType") ?? "", path: elementOf(part, "controlURL") ?? "" }))
    .filter(({ service }) => SERVICES.includes(service))
    .sort((a, b) => SERVICES.indexOf(a.service) - SERVICES.indexOf(b.service));
  for (const { service, path } of found) {
    if (!URL.canParse(path, base)) continue;
    const control = new URL(path, base);
    if (control.protocol === "http:" && control.hostname === new URL(url).hostname)
      return { service, url: control.href };
  }
  return undefined;
}

/** Returns a command and its arguments as the body of a request. */
export function encodeCommand(
  service: string,
  action: string,
  fields: Readonly<Record<string, string | number>>,
): string {
  const list = Object.entries(fields).map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`);
  return [
    '<?xml version="1.0"?>',
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"',
    ' s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>',
    `<u:${action} xmlns:u="${service}">${list.join("")}</u:${action}>`,
    "</s:Body></s:Envelope>",
  ].join("");
}

/** Returns the text of the first element with this name; `undefined` when there is none. */
export function elementOf(xml: string, name: string): string | undefined {
  const open = xml.indexOf(`<${name}>`);
  const begin = open + name.length + 2;
  const end = open < 0 ? -1 : xml.indexOf(`</${name}>`, begin);
  return end < 0 ? undefined : xml.slice(begin, end).trim();
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
