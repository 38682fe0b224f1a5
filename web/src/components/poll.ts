import { useEffect, useRef, useState } from "preact/hooks";
import { messageOf } from "../api/api.ts";

/** The last value that was read, and the error if reading has failed. */
export interface Polled<Value> {
  readonly value: Value | null;
  readonly error: string | null;
  /** Reads the value now, without waiting for the next interval. */
  readonly again: () => void;
}

/**
 * Reads a value with `read` every `every` milliseconds, while the component is shown and the page is visible. When
 * `key` changes, the value is read at once.
 */
export function usePoll<Value>(key: string, every: number, read: () => Promise<Value>): Polled<Value> {
  const [state, setState] = useState<{ key: string; value: Value | null; error: string | null }>({
    key,
    value: null,
    error: null,
  });
  const reader = useRef(read);
  reader.current = read;
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const round = async (): Promise<void> => {
      if (!document.hidden) {
        try {
          const value = await reader.current();
          if (!isOver) setState({ key, value, error: null });
        } catch (error) {
          if (!isOver)
            setState((before) => ({ key, value: before.key === key ? before.value : null, error: messageOf(error) }));
        }
      }
      if (!isOver) timer = setTimeout(() => void round(), every);
    };
    void round();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [key, every, turn]);

  const isOf = state.key === key;
  return {
    value: isOf ? state.value : null,
    error: isOf ? state.error : null,
    again: () => setTurn((before) => before + 1),
  };
}
