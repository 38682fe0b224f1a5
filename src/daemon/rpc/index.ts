/** The Transmission RPC: programs that control Transmission can control Millrace. */
export { TransmissionRpc, type TransmissionOptions } from "./transmission.ts";
