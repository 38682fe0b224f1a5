import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { messageOf } from "../api/api.ts";
import type { Sample } from "../state/samples.ts";
import { theme } from "../state/prefs.ts";
import { texts } from "../texts/texts.ts";
import type { Plot } from "./plot.ts";

/** A chart of rates over time. The chart library is loaded only when the first chart is shown. */
export function Chart({
  samples,
  label,
}: {
  readonly samples: readonly Sample[];
  readonly label: string;
}): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [plot, setPlot] = useState<Plot | null>(null);
  const [error, setError] = useState("");
  const colors = theme.value;

  useEffect(() => {
    let isOver = false;
    let made: Plot | undefined;
    const make = async (): Promise<void> => {
      const { createPlot } = await import("./plot.ts");
      if (isOver || box.current === null) return;
      made = createPlot(box.current);
      setPlot(made);
    };
    make().catch((failure: unknown) => setError(messageOf(failure)));
    return () => {
      isOver = true;
      made?.destroy();
      setPlot(null);
    };
  }, [colors]);

  useEffect(() => plot?.set(samples), [plot, samples, samples.length, samples.at(-1)]);

  return (
    <figure class="chart">
      <figcaption class="legend">
        <i class="have" />
        {texts.speed.down}
        <i class="upload" />
        {texts.speed.up}
      </figcaption>
      {error !== "" && <p class="failure">{error}</p>}
      <div ref={box} class="plot" role="img" aria-label={label} />
    </figure>
  );
}
