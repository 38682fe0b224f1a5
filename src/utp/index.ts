/** uTP (BEP 29): connections to peers over UDP that yield to other traffic (LEDBAT). */
export * from "./connection.ts";
export * from "./core.ts";
export * from "./core-options.ts";
export * from "./limits.ts";
export * from "./packet.ts";
export * from "./receiving/stored-bytes.ts";
export * from "./sending/out-packet.ts";
export * from "./sending/sender.ts";
export * from "./transport.ts";
