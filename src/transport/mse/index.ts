/** Message Stream Encryption of connections: the handshake, the cipher, and the choice when to use it. */
export * from "./accepting-side.ts";
export * from "./encrypted-connection.ts";
export * from "./incoming-handshake.ts";
export * from "./mse-session.ts";
export * from "./peer-connector.ts";
export * from "./policy.ts";
export * from "./resumed-connection.ts";
export * from "./shake.ts";
