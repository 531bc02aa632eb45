import { expect, test } from 'vitest';
import { waitBeforeRewrite } from './pace.ts';

const MINUTE_MS = 60_000;

test.each([
  [1, 1, 0],
  [2, 2, 0],
  [3, 3, MINUTE_MS],
  [4, 4, 4 * MINUTE_MS],
  [5, 5, 16 * MINUTE_MS],
  [20, 20, 24 * 60 * MINUTE_MS],
  [1, 100, 0],
  [1, 101, 60 * MINUTE_MS],
])('a value found %i times, of %i changes in an hour, is written over after %i ms', (same, recent, wait) => {
  expect(waitBeforeRewrite(same, recent)).toBe(wait);
});
