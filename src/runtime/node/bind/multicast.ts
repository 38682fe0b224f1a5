import { NetworkError } from "../../../base/index.ts";
import type { InterfaceAddress, Multicast, MulticastOptions, MulticastSocket } from "../../multicast.ts";
import { nodeMulticast } from "../multicast.ts";
import type { Binding } from "./binding.ts";

/** Multicast at one interface only. */
export class BoundMulticast implements Multicast {
  readonly #binding: Binding;

  constructor(binding: Binding) {
    this.#binding = binding;
  }

  async interfaces(): Promise<readonly InterfaceAddress[]> {
    return this.#binding.own(await nodeMulticast.interfaces());
  }

  async open(options: MulticastOptions): Promise<MulticastSocket> {
    const socket = await nodeMulticast.open(options);
    const check = (name: string): void => {
      if (!this.#binding.ownsInterface(name))
        throw new NetworkError("net.unreachable", `${name} is not the interface that all traffic is bound to, or down`);
    };
    return {
      join: (name) => {
        check(name);
        socket.join(name);
      },
      leave: (name) => socket.leave(name),
      send: (bytes, name) => {
        check(name);
        socket.send(bytes, name);
      },
      close: () => socket.close(),
    };
  }
}
