/** Transmission's RPC: programs made for it work with Millrace unchanged. */
export { TransmissionRpc, type TransmissionOptions } from "./transmission.ts";
