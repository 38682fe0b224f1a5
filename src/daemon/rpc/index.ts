/** The Transmission RPC: clients of Transmission can control Millrace. */
export { TransmissionRpc, type TransmissionOptions } from "./transmission.ts";
