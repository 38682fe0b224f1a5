/** The HTTP server of the daemon: API, events, streams, the web page, metrics, and access control. */
export { startHttp, type HttpOptions, type HttpServer } from "./server.ts";
export { createSecret, hashToken, Secret, type SecretRecord } from "./auth/secret.ts";
