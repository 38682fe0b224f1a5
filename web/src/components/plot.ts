import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { dateTime, rateOrZero, time } from "../base/format.ts";
import type { Sample } from "../state/samples.ts";
import { texts } from "../texts/texts.ts";
import { colorOf } from "./color.ts";

/** A drawn chart of rates over time, whose data can be changed. */
export interface Plot {
  set(samples: readonly Sample[]): void;
  destroy(): void;
}

/** The width in pixels of the vertical axis with its labels: enough for `999 MiB/s`. */
const AXIS = 78;
/**
 * The possible distances between the labels of the vertical axis, in bytes a second. They are powers of two because the
 * units (KiB, MiB) are powers of two.
 */
const STEPS = Array.from({ length: 50 }, (_, power) => 2 ** power);

/**
 * Draws the download rate and the upload rate as filled lines over time. The chart has the size of the element `box`.
 */
export function createPlot(box: HTMLElement): Plot {
  const [down, up, grid, text] = [
    colorOf(box, "--down"),
    colorOf(box, "--up"),
    colorOf(box, "--line"),
    colorOf(box, "--muted"),
  ];
  const axis = {
    stroke: text,
    grid: { stroke: grid, width: 1 },
    ticks: { show: false },
    font: "11px system-ui, sans-serif",
  };
  const plot = new uPlot(
    {
      width: Math.max(100, box.clientWidth),
      height: Math.max(100, box.clientHeight),
      legend: { show: false },
      cursor: { drag: { x: false, y: false } },
      scales: { y: { range: (_self, _least, most) => [0, Math.max(1024, most * 1.1)] } },
      axes: [
        { ...axis, space: 76, values: (_self, splits) => moments(splits) },
        {
          ...axis,
          space: (_self, _index, _least, _most, pixels) => Math.max(24, pixels / 8),
          size: AXIS,
          incrs: STEPS,
          values: (_self, splits) => splits.map((value) => rateOrZero(value)),
        },
      ],
      series: [
        {},
        { label: texts.speed.down, stroke: down, width: 1.5, fill: transparent(down), points: { show: false } },
        { label: texts.speed.up, stroke: up, width: 1.5, fill: transparent(up), points: { show: false } },
      ],
    },
    [[], [], []],
    box,
  );
  const observer = new ResizeObserver(() =>
    plot.setSize({ width: Math.max(100, box.clientWidth), height: Math.max(100, box.clientHeight) }),
  );
  observer.observe(box);
  return {
    set: (samples) =>
      plot.setData([
        samples.map((sample) => sample.at / 1000),
        samples.map((sample) => sample.down),
        samples.map((sample) => sample.up),
      ]),
    destroy: () => {
      observer.disconnect();
      plot.destroy();
    },
  };
}

const DAY = 86_400;

/**
 * Formats the labels of the time axis. `splits` has the times in seconds since 1970; the distance between them
 * determines whether days, minutes or seconds are shown.
 */
function moments(splits: readonly number[]): string[] {
  const [first = 0, second = 0] = splits;
  const step = second - first;
  return splits.map((at) =>
    step >= DAY / 2 ? dateTime(at * 1000).slice(5, 10) : step < 60 ? time(at * 1000) : time(at * 1000).slice(0, 5),
  );
}

function transparent(color: string): string {
  return `color-mix(in srgb, ${color} 14%, transparent)`;
}
