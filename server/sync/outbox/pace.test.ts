import { describe, expect, it } from 'vitest';
import { paceOf } from './pace.ts';

const at = (percent: number, rowsPerSecond = 0) => paceOf(rowsPerSecond, { used: percent, limit: 100 }, 0.2);

describe('the pace of writing', () => {
  it('is quick while few rows come in and calls are left, and when nothing is known of the calls', () => {
    for (const pace of [at(0), at(50), paceOf(0, null, 0.2)])
      expect(pace).toEqual({ windowMs: 200, flushRows: 200, batchWaitMs: 0, stopped: false });
  });

  it('gathers rows for up to 2 s while many come in', () => {
    expect(at(0, 400).windowMs).toBe(1000);
    expect(at(0, 100_000)).toMatchObject({ windowMs: 2000, flushRows: 2000 });
  });

  it('slows from half of the budget on, and leaves the reserve alone', () => {
    expect(at(65).windowMs).toBe(1100);
    expect(at(79)).toMatchObject({ stopped: false });
    expect(at(80)).toMatchObject({ windowMs: 2000, stopped: true });
    expect(paceOf(0, { used: 95, limit: 100 }, 0)).toMatchObject({ stopped: false });
  });

  it('slows rows that can wait before it stops them, and stops them before the others', () => {
    expect(at(60).batchWaitMs).toBe(30_000);
    expect(at(70)).toMatchObject({ batchWaitMs: null, stopped: false });
  });

  it('does not divide by an allowance or a way of nothing', () => {
    expect(paceOf(0, { used: 5, limit: 0 }, 0.2).stopped).toBe(false);
    expect(paceOf(0, { used: 50, limit: 100 }, 0.5)).toMatchObject({ stopped: true, windowMs: 2000 });
    expect(paceOf(0, { used: 45, limit: 100 }, 0.6)).toMatchObject({ stopped: true, batchWaitMs: null });
  });
});
