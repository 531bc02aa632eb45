import { round, scale } from './scale';

/** A part of a bar that shows how a whole is made up. */
export type Segment = { readonly x: number; readonly width: number };

/**
 * Works out the parts of a bar of a length of 100. What is not above zero has no length; the others have at least one
 * unit, so that they are seen.
 */
export function stackedBar(values: readonly number[]): Segment[] {
  const lengths = values.map((value) => Math.max(value, 0));
  const whole = lengths.reduce((sum, length) => sum + length, 0);
  const seen = lengths.map((length) => (length > 0 ? Math.max(scale(length, whole, 100), 1) : 0));
  const total = seen.reduce((sum, length) => sum + length, 0);
  let x = 0;
  return seen.map((length) => {
    const width = scale(length, total, 100);
    const segment = { x: round(x), width };
    x += width;
    return segment;
  });
}
