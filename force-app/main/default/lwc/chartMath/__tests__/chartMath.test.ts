import { scale, sparkline, stackedBar } from 'c/chartMath';

describe('c/chartMath', () => {
  it('keeps lengths within the bar', () => {
    expect(scale(50, 100, 480)).toBe(240);
    expect(scale(-1, 100, 480)).toBe(0);
    expect(scale(200, 100, 480)).toBe(480);
    expect(scale(1, 0, 480)).toBe(0);
  });

  it('draws a line from the lowest at the bottom to the highest at the top', () => {
    expect(sparkline([0, 5, 10])).toEqual({ path: 'M3 25L60 14L117 3', lastX: 117, lastY: 3 });
    expect(sparkline([7, 7])).toEqual({ path: 'M3 14L117 14', lastX: 117, lastY: 14 });
    expect(sparkline([7])).toBeNull();
  });

  it('fills a bar with its parts, and lets each be seen', () => {
    expect(stackedBar([25, 0, 75])).toEqual([
      { x: 0, width: 25 },
      { x: 25, width: 0 },
      { x: 25, width: 75 },
    ]);
    const [large, small, less] = stackedBar([100_000, 1, -5]);
    expect(small?.width).toBeGreaterThan(0.9);
    expect((large?.width ?? 0) + (small?.width ?? 0)).toBeCloseTo(100, 1);
    expect(less?.width).toBe(0);
    expect(stackedBar([0, 0])).toEqual([
      { x: 0, width: 0 },
      { x: 0, width: 0 },
    ]);
  });
});
