import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { repeat } from './repeat.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('runs one after the other, with the wait between them', async () => {
  const began: number[] = [];
  const from = Date.now();
  const loop = repeat(
    async () => {
      began.push(Date.now() - from);
      await new Promise((done) => setTimeout(done, 300));
    },
    1000,
    () => {},
  );
  loop.start(0);
  await vi.advanceTimersByTimeAsync(3000);
  expect(began).toEqual([0, 1300, 2600]);
  await Promise.all([loop.stop(), vi.runAllTimersAsync()]);
});

it('waits as long as a run says, and goes on after one that fails', async () => {
  const failures: unknown[] = [];
  const waits = [0, 0, new Error('once'), undefined];
  let runs = 0;
  const loop = repeat(
    async () => {
      const next = waits[runs++];
      if (next instanceof Error) throw next;
      return next;
    },
    1000,
    (error) => failures.push(error),
  );
  loop.start();
  await vi.advanceTimersByTimeAsync(999);
  expect(runs).toBe(0);
  await vi.advanceTimersByTimeAsync(10);
  expect([runs, failures]).toEqual([3, [waits[2]]]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(runs).toBe(4);
  await loop.stop();
});

it('ends after the run that is under way, and begins no other', async () => {
  let runs = 0;
  let end = () => {};
  const loop = repeat(
    () => {
      runs += 1;
      return new Promise<void>((done) => (end = done));
    },
    1000,
    () => {},
  );
  loop.start(0);
  await vi.advanceTimersByTimeAsync(0);
  let stopped = false;
  const stopping = loop.stop().then(() => (stopped = true));
  await vi.advanceTimersByTimeAsync(5000);
  expect(stopped).toBe(false);
  end();
  await stopping;
  await vi.advanceTimersByTimeAsync(5000);
  expect(runs).toBe(1);
});
