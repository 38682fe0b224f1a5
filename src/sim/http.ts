import { AbortError, NetworkError, utf8, type Endpoint } from "../base/index.ts";
import type { HttpClient, HttpReply, HttpServer, HttpServers } from "../runtime/index.ts";
import { SimHttpSession } from "./http-session.ts";
import { Network, type Station } from "./network.ts";

/**
 * Returns an HTTP client for requests between simulated hosts. `get` delivers requests and responses as a whole,
 * without redirects; sessions follow them, and deliver bodies in parts. There is no TLS.
 */
export function simHttpClient(network: Network, station: Station): HttpClient {
  return {
    session: (options) => new SimHttpSession({ network, station, options }),
    get: ({ url, headers, body: sent, maxBytes, firstByteTimeoutMs, signal, check }) =>
      new Promise<HttpReply>((resolve, reject) => {
        const { hostname, port, pathname, search } = new URL(url);
        const ips = network.names.get(hostname) ?? [hostname.replace(/^\[|\]$/g, "")];
        const refusal = check?.(new URL(url), ips);
        if (refusal !== undefined) {
          reject(new NetworkError("http.forbidden", `GET ${url}: ${refusal}`));
          return;
        }
        const ip = ips[0] ?? "";
        const there = network.stations.get(ip);
        const cancel = network.events.add(firstByteTimeoutMs, () =>
          reject(new NetworkError("http.timeout", `GET ${url}: no reply in ${firstByteTimeoutMs} ms`)),
        );
        signal?.addEventListener("abort", () => {
          cancel();
          reject(new AbortError());
        });
        if (there === undefined || there.nat !== undefined) return;
        station.line.carry(there.line, 500, (fate) => {
          if (fate !== "arrived") return;
          const remote: Endpoint = { ip: station.ip, port: station.freePort() };
          const serve = there.http.get(port === "" ? 80 : Number(port));
          const reply = serve?.({
            method: sent === undefined ? "GET" : "POST",
            target: pathname + search,
            headers: headers ?? {},
            remote,
            ...(sent === undefined ? {} : { body: sent }),
          });
          const body = typeof reply?.body === "string" ? utf8(reply.body) : reply?.body;
          there.line.carry(station.line, body?.length ?? 0, () => {
            cancel();
            if (reply === undefined || body === undefined)
              reject(new NetworkError("http.refused", `GET ${url}: connection refused`));
            else if (body.length > maxBytes)
              reject(new NetworkError("http.too-long", `GET ${url}: more than ${maxBytes} bytes`));
            else resolve({ status: reply.status, headers: { ...reply.headers }, body, url });
          });
        });
      }),
    close: () => Promise.resolve(),
  };
}

/** Returns the HTTP servers of a simulated host. */
export function simHttpServers(station: Station): HttpServers {
  return {
    async serve(options): Promise<HttpServer> {
      const { ip, port: wanted } = options;
      const port = Network.claim(station, station.http, wanted);
      station.http.set(port, (request) => options.onRequest(request));
      return {
        local: { ip, port },
        close: async () => {
          station.http.delete(port);
        },
      };
    },
  };
}
