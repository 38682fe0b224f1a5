import type { NameGroup } from "./names/index.ts";

/**
 * Defines the method names of earlier tools, such as `peer.keep_alive()`, as aliases of the current ones. `owner` is
 * the {@link NameGroup.owner} for objects with this prototype, such as `peer`.
 */
export function defineAliases(prototype: object, owner: string, groups: readonly NameGroup[]): void {
  for (const group of groups) {
    if (group.owner !== owner) continue;
    for (const { name, aliases } of group.names) {
      for (const alias of aliases ?? []) {
        if (alias in prototype) continue;
        Object.defineProperty(prototype, alias, {
          configurable: true,
          enumerable: false,
          get(this: object): unknown {
            const value: unknown = Reflect.get(this, name);
            return typeof value === "function" ? value.bind(this) : value;
          },
        });
      }
    }
  }
}
