import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readAhead } from './readAhead.ts';

const MOST = 5;
let calls: string[][];
let waiting: { id: string; generation: number }[];
let version: string;
let fails: boolean;

const read = () =>
  readAhead<string>(
    MOST,
    (ids) => {
      calls.push(ids);
      if (fails) return Promise.reject(new Error('no answer'));
      return Promise.resolve(new Map(ids.filter((id) => id !== 'gone').map((id) => [id, `${id} ${version}`])));
    },
    (most) => Promise.resolve(waiting.slice(0, most)),
  );

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  [calls, waiting, version, fails] = [[], [], 'first', false];
});
afterEach(() => vi.useRealTimers());

const soon = async <T>(found: Promise<T>): Promise<T> => {
  await vi.advanceTimersByTimeAsync(20);
  return found;
};

describe('readAhead', () => {
  it('reads what waits along, and tells it without another call', async () => {
    waiting = ['b', 'c', 'gone'].map((id, index) => ({ id, generation: index }));
    const of = read();
    expect(await soon(of('a', 9))).toBe('a first');
    version = 'second';
    expect([await of('b', 0), await of('c', 1), await of('gone', 2)]).toEqual(['b first', 'c first', undefined]);
    expect(calls).toEqual([['a', 'b', 'c', 'gone']]);
  });

  it.each([
    ['was made dirty again after it', 7, 0],
    ['is worked for a reason that nobody counts', undefined, 0],
    ['waited for too long', 6, 5_000],
  ])('reads anew what %s', async (_what, generation, laterMs) => {
    waiting = [{ id: 'b', generation: 6 }];
    const of = read();
    await soon(of('a', 1));
    [version, waiting] = ['second', []];
    vi.setSystemTime(Date.now() + laterMs);
    expect(await soon(of('b', generation))).toBe('b second');
    expect(calls).toEqual([['a', 'b'], ['b']]);
  });

  it('tells what was read along once: a second try reads', async () => {
    waiting = [{ id: 'b', generation: 6 }];
    const of = read();
    await soon(of('a', 1));
    [version, waiting] = ['second', []];
    expect([await of('b', 6), await soon(of('b', 6))]).toEqual(['b first', 'b second']);
  });

  it('takes no more along than a call has room for, and nothing twice', async () => {
    waiting = Array.from({ length: 9 }, (_, index) => ({ id: `w${index}`, generation: index }));
    const of = read();
    await soon(Promise.all([of('a', 1), of('b', 1)]));
    waiting = waiting.slice(2);
    await soon(of('c', 1));
    expect(calls).toEqual([
      ['a', 'b', 'w0', 'w1', 'w2'],
      ['c', 'w3', 'w4', 'w5', 'w6'],
    ]);
  });

  it('fails who asks for what was read along in vain, and reads it the next time', async () => {
    waiting = [{ id: 'b', generation: 6 }];
    fails = true;
    const of = read();
    await Promise.all([expect(of('a', 1)).rejects.toThrow('no answer'), vi.advanceTimersByTimeAsync(20)]);
    await expect(of('b', 6)).rejects.toThrow('no answer');
    [fails, waiting] = [false, []];
    expect(await soon(of('b', 6))).toBe('b first');
  });
});
