import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { recent } from './recent.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('what was read a moment ago is told again, and read anew after that', async () => {
  let reads = 0;
  const read = recent(200, (key: string) => Promise.resolve(`${key}${(reads += 1)}`));
  expect(await Promise.all([read('a'), read('b'), read('a')])).toEqual(['a1', 'b2', 'a1']);
  vi.advanceTimersByTime(199);
  expect(await read('a')).toBe('a1');
  vi.advanceTimersByTime(1);
  expect(await read('a')).toBe('a3');
});

it('a failure is told to those who asked meanwhile, and to nobody later', async () => {
  let reads = 0;
  const read = recent(200, () => ((reads += 1) === 1 ? Promise.reject(new Error('down')) : Promise.resolve(reads)));
  const both = [read('a'), read('a')];
  await expect(both[0]).rejects.toThrow('down');
  await expect(both[1]).rejects.toThrow('down');
  expect(await read('a')).toBe(2);
});
