import { ago, formatDate, formatInstant, formatTime, fromToday, isoDateOf } from 'c/textUtils';

const NOW = new Date('2026-11-21T23:30:00Z');

describe('dates of c/textUtils', () => {
  it('writes a calendar date whatever the time zone', () => {
    expect(formatDate('2027-02-01')).toBe('1 Feb 2027');
    expect(formatDate('2026-09-30')).toBe('30 Sep 2026');
  });

  it('writes the time of day', () => {
    expect(formatTime(NOW, 'Asia/Tokyo')).toBe('08:30');
  });

  it.each([null, undefined, '', 'soon', '2027-02-01T00:00:00Z', '2027-13-45'])('writes nothing for %s', (date) => {
    expect(formatDate(date)).toBe('');
    expect(fromToday(date, NOW, 'UTC')).toBe('');
  });

  it('writes an instant in the time zone of the reader', () => {
    expect(formatInstant('2026-11-24T23:05:00Z', 'Asia/Tokyo')).toBe('25 Nov 2026, 08:05');
    expect(formatInstant('2026-11-24T00:00:00Z', 'UTC')).toBe('24 Nov 2026, 00:00');
    expect(formatInstant(null, 'UTC')).toBe('');
  });

  it.each([
    [0, 'now'],
    [59, 'now'],
    [-90, 'now'],
    [60, '1 minute ago'],
    [125, '2 minutes ago'],
    [7_300, '2 hours ago'],
    [86_400, '1 day ago'],
    [30 * 86_400, '30 days ago'],
  ])('says how old %i seconds are: %s', (seconds, text) => {
    expect(ago(new Date(NOW.getTime() - seconds * 1000).toISOString(), NOW)).toBe(text);
  });

  it('says nothing about the age of what is no instant', () => {
    expect(ago(null, NOW)).toBe('');
    expect(ago('yesterday', NOW)).toBe('');
  });

  it('counts days from today where the reader is', () => {
    expect(fromToday('2027-02-01', NOW, 'UTC')).toBe('in 72 days');
    expect(fromToday('2026-11-22', NOW, 'UTC')).toBe('tomorrow');
    expect(fromToday('2026-11-22', NOW, 'Asia/Tokyo')).toBe('today');
    expect(fromToday('2026-11-18', NOW, 'UTC')).toBe('3 days ago');
    expect(isoDateOf(NOW, 'Asia/Tokyo')).toBe('2026-11-22');
  });
});
