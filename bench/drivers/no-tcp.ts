/** Loaded before a program with `--import`: its TCP connections are refused, so that it uses uTP. */
import { Socket } from "node:net";

Socket.prototype.connect = function refuse(this: Socket): Socket {
  process.nextTick(() => this.destroy(Object.assign(new Error("refused"), { code: "ECONNREFUSED" })));
  return this;
};
