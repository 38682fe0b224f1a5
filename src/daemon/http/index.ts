/** The daemon over HTTP: API, events, streams, the page, metrics, and access control. */
export { startHttp, type HttpOptions, type HttpServer } from "./server.ts";
export { createSecret, hashToken, Secret, type SecretRecord } from "./auth/secret.ts";
