/** A name in scope: a value that is looked up when it is used. */
export type Lookup = () => unknown;

/**
 * Puts names into the global scope, where lines and scripts find them; each may be given another value there, or be
 * shadowed by a `const`. The returned function removes them.
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
