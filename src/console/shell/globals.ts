/** Returns the current value of a global name. Called each time that the user uses the name. */
export type Lookup = () => unknown;

/**
 * Defines names in the global scope for lines and scripts. The user can assign another value to a name, or redeclare
 * it with `const`. Returns a function that removes the names.
 */
export function defineGlobals(names: ReadonlyMap<string, Lookup>): () => void {
  const before = new Map<string, PropertyDescriptor | undefined>();
  for (const [name, lookup] of names) {
    before.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
    Object.defineProperty(globalThis, name, {
      configurable: true,
      enumerable: false,
      get: lookup,
      set: (value: unknown) => {
        Object.defineProperty(globalThis, name, { configurable: true, enumerable: false, writable: true, value });
      },
    });
  }
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
  };
}
