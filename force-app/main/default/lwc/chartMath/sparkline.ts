import { round, scale } from './scale';

/** A line through values at equal distances, in the units of the view box `0 0 120 28`. */
export type Sparkline = { readonly path: string; readonly lastX: number; readonly lastY: number };

const SPARK = { width: 120, height: 28, margin: 3 };

/**
 * Works out a small line of a trend, its lowest value at the bottom and its highest at the top.
 *
 * @param values oldest first; fewer than two make no line
 */
export function sparkline(values: readonly number[]): Sparkline | null {
  if (values.length < 2) {
    return null;
  }
  const { width, height, margin } = SPARK;
  const lowest = Math.min(...values);
  const span = Math.max(...values) - lowest;
  const inner = { width: width - 2 * margin, height: height - 2 * margin };
  const points = values.map((value, index) => {
    const x = margin + scale(index, values.length - 1, inner.width);
    // What does not change runs through the middle: at the bottom it would look like nothing.
    const y = margin + inner.height - (span > 0 ? scale(value - lowest, span, inner.height) : inner.height / 2);
    return [round(x), round(y)] as const;
  });
  const [lastX, lastY] = points.at(-1)!;
  return { path: `M${points.map((point) => point.join(' ')).join('L')}`, lastX, lastY };
}
