import { usageBar } from '../usageBar';

describe('the bar of usage', () => {
  it('marks the limit with room beyond it', () => {
    expect(usageBar(500, 1000)).toMatchObject({ used: 204, over: 0, mark: 408, level: 'low' });
  });

  it('warns near the limit', () => {
    expect(usageBar(799, 1000).level).toBe('low');
    expect(usageBar(800, 1000).level).toBe('near');
    expect(usageBar(1000, 1000)).toMatchObject({ level: 'near', used: 408, over: 0 });
  });

  it('draws the excess from the limit on', () => {
    const bar = usageBar(2000, 1000);
    expect(bar).toMatchObject({ level: 'over', used: 240, over: 240, mark: 240 });
    expect(usageBar(1001, 1000).over).toBeGreaterThanOrEqual(0);
  });

  it('has no mark without a limit, and none of it is negative', () => {
    expect(usageBar(10, null)).toMatchObject({ mark: null, used: 0, level: 'none' });
    expect(usageBar(-5, 10)).toMatchObject({ used: 0, over: 0 });
    expect(usageBar(0, 0)).toMatchObject({ used: 0, over: 0, level: 'low' });
    expect(usageBar(5, 0)).toMatchObject({ used: 0, over: 480, level: 'over' });
  });
});
