/** The daemon over HTTP: API, live events, streams, the page, metrics, and who may have them. */
export { startHttp, type HttpOptions, type HttpServer } from "./server.ts";
export { createSecret, hashToken, Secret, type SecretRecord } from "./auth/secret.ts";
