import { scale, sparkline } from 'c/chartMath';

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
});
