import { shortList, toggled } from 'c/billingRows';
import { formatLastDay, formatPeriod } from 'c/textUtils';

describe('lists of c/billingRows', () => {
  it('writes the last day included of an exclusive end', () => {
    expect(formatLastDay('2027-02-01')).toBe('31 Jan 2027');
    expect(formatLastDay('2028-03-01')).toBe('29 Feb 2028');
  });

  it.each([
    ['2026-11-12', '2026-12-12', '12 Nov – 11 Dec 2026'],
    ['2026-12-12', '2027-01-12', '12 Dec 2026 – 11 Jan 2027'],
    ['2026-12-12', null, '12 Dec 2026'],
    [null, '2027-01-12', '11 Jan 2027'],
    [null, null, ''],
  ])('writes the period from %s to before %s as "%s"', (start, end, text) => {
    expect(formatPeriod(start, end)).toBe(text);
  });

  it.each([null, undefined, '', 'soon'])('writes no last day for %s', (date) => {
    expect(formatLastDay(date)).toBe('');
  });

  it('shortens a list but keeps what must be seen', () => {
    expect(shortList([1, 2, 3, 4, 5, 6, 7, 8], (n) => n === 8)).toEqual([1, 2, 3, 4, 5, 6, 8]);
  });

  it('opens what was shut, and shuts what was open', () => {
    expect([...toggled(new Set(['a']), 'b')]).toEqual(['a', 'b']);
    expect([...toggled(new Set(['a', 'b']), 'a')]).toEqual(['b']);
  });
});
