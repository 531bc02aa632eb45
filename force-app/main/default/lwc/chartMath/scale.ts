/** Length that a value takes on a scale from 0 to `max`, kept within 0 and `width`. */
export function scale(value: number, max: number, width: number): number {
  return max > 0 ? Math.round(Math.min(Math.max(value / max, 0), 1) * width * 100) / 100 : 0;
}

/** To hundredths, which is finer than a screen shows. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
