import { scale } from 'c/chartMath';

/** A horizontal bar with a mark at its limit, in the units of an SVG view box. */
export type UsageBar = {
  readonly width: number;
  readonly height: number;
  /** Length of the bar up to the limit. */
  readonly used: number;
  /** Length of the part beyond the limit, drawn from the mark on. */
  readonly over: number;
  /** Where the limit stands; null without one. */
  readonly mark: number | null;
  readonly level: 'none' | 'low' | 'near' | 'over';
};

const WIDTH = 480;
const HEIGHT = 18;
/** Room beyond the limit, so that its mark is seen and an excess shows. */
const LIMIT_SHARE = 0.85;
/** From this part of the limit on the bar warns. */
const NEAR = 0.8;

/**
 * Works out a usage bar.
 *
 * @param quantity what was used, in the unit of the limit
 * @param limit what is included; null when there is no limit, and then there is no bar length to compare with
 */
export function usageBar(quantity: number, limit: number | null): UsageBar {
  const size = { width: WIDTH, height: HEIGHT };
  if (limit === null) {
    return { ...size, used: 0, over: 0, mark: null, level: 'none' };
  }
  const isOver = quantity > limit;
  const max = Math.max(quantity, limit / LIMIT_SHARE);
  const mark = scale(limit, max, WIDTH);
  const end = scale(quantity, max, WIDTH);
  return {
    ...size,
    used: Math.min(end, mark),
    over: isOver ? Math.round((end - mark) * 100) / 100 : 0,
    mark,
    level: isOver ? 'over' : quantity >= limit * NEAR && limit > 0 ? 'near' : 'low',
  };
}
