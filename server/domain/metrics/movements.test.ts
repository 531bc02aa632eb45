import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { money, toMajor, type Money } from '../money/money.ts';
import { addDays, calendarDate, type CalendarDate } from '../time/calendarDate.ts';
import { monthsOf, noteLevel, type MrrBeginning, type MrrLevel, type MrrMonth } from './movements.ts';

const usd = (major: number): Money => money(Math.round(major * 100), 'USD');
const day = calendarDate;

/** Notes what was seen on days, one after the other. */
function seen(notes: readonly [on: string, major: number][], begun: MrrBeginning[] = []): readonly MrrLevel[] {
  return notes.reduce<readonly MrrLevel[]>((levels, [on, major]) => noteLevel(levels, usd(major), day(on), begun), []);
}

const inWords = (months: readonly MrrMonth[]) =>
  months.map(({ month, currency: _currency, ...amounts }) => [
    month.slice(0, 7),
    ...Object.entries(amounts)
      .filter(([, amount]) => amount.minor !== 0)
      .map(([name, amount]) => `${name} ${toMajor(amount)}`),
  ]);

const sumOf = ({ opening, newMrr, expansion, contraction, churn, reactivation }: MrrMonth): number =>
  [opening, newMrr, expansion, contraction, churn, reactivation].reduce((all, { minor }) => all + minor, 0);

describe('months of MRR', () => {
  test('tell new, expansion, contraction, churn and reactivation apart', () => {
    const levels = seen([
      ['2026-01-10', 100],
      ['2026-02-01', 150],
      ['2026-02-20', 120],
      ['2026-03-31', 0],
      ['2026-05-01', 80],
    ]);
    expect(inWords(monthsOf(levels, day('2026-06-15')))).toEqual([
      ['2026-01', 'newMrr 100.00', 'closing 100.00'],
      ['2026-02', 'opening 100.00', 'expansion 50.00', 'contraction -30.00', 'closing 120.00'],
      ['2026-03', 'opening 120.00', 'churn -120.00'],
      ['2026-05', 'reactivation 80.00', 'closing 80.00'],
      ['2026-06', 'opening 80.00', 'closing 80.00'],
    ]);
  });

  test('begin with the month in which the Account was first seen: what it had before is its opening, and not new', () => {
    const begun = [
      { on: day('2024-03-01'), mrr: usd(100) },
      { on: day('2026-11-05'), mrr: usd(40) },
      { on: day('2026-11-05'), mrr: usd(10) },
    ];
    const levels = seen([['2026-11-21', 150]], begun);
    expect(inWords(monthsOf(levels, day('2026-11-21')))).toEqual([
      ['2026-11', 'opening 100.00', 'expansion 50.00', 'closing 150.00'],
    ]);
  });

  test('a billing system that is read later on the first day adds to the opening, and not to the movements', () => {
    const stripe = { on: day('2026-03-01'), mrr: usd(100) };
    const zuora = { on: day('2024-06-01'), mrr: usd(400) };
    const first = noteLevel([], usd(100), day('2026-11-21'), [stripe]);
    const both = noteLevel(first, usd(500), day('2026-11-21'), [stripe, zuora]);
    expect(inWords(monthsOf(both, day('2026-11-21')))).toEqual([['2026-11', 'opening 500.00', 'closing 500.00']]);
    expect(noteLevel(both, usd(500), day('2026-11-21'), [stripe, zuora])).toBe(both);
    const later = noteLevel(both, usd(530), day('2026-11-22'), [stripe, zuora]);
    expect(inWords(monthsOf(later, day('2026-11-22')))).toEqual([
      ['2026-11', 'opening 500.00', 'expansion 30.00', 'closing 530.00'],
    ]);
  });

  test('the first day stays when what was seen on it is gone before its end', () => {
    const begun = [{ on: day('2026-03-01'), mrr: usd(100) }];
    const gone = noteLevel(noteLevel([], usd(100), day('2026-11-21'), begun), usd(0), day('2026-11-21'), []);
    expect(gone).toEqual([{ on: '2026-11-21', mrr: usd(0), estimated: false }]);
    expect(monthsOf(gone, day('2026-12-21'))).toEqual([]);
  });

  test('an Account that began in the month in which it was first seen is new', () => {
    const levels = seen([['2026-11-21', 50]], [{ on: day('2026-11-02'), mrr: usd(50) }]);
    expect(inWords(monthsOf(levels, day('2026-12-01')))).toEqual([
      ['2026-11', 'newMrr 50.00', 'closing 50.00'],
      ['2026-12', 'opening 50.00', 'closing 50.00'],
    ]);
  });

  test('a day counts once, with what stood at its end', () => {
    const levels = seen([
      ['2026-11-01', 100],
      ['2026-11-05', 300],
      ['2026-11-05', 100],
      ['2026-11-06', 100],
    ]);
    expect(levels).toHaveLength(1);
    expect(inWords(monthsOf(levels, day('2026-11-30')))).toEqual([['2026-11', 'newMrr 100.00', 'closing 100.00']]);
  });

  test('a note for an earlier day than the last changes nothing', () => {
    const levels = seen([['2026-11-05', 100]]);
    expect(noteLevel(levels, usd(50), day('2026-11-04'), [])).toBe(levels);
  });

  test('of an Account that never had MRR there are none', () => {
    expect(monthsOf(seen([['2026-11-05', 0]]), day('2026-12-01'))).toEqual([]);
  });

  test('are the last ones alone where there are many', () => {
    const levels = seen([['2020-01-01', 10]]);
    const months = monthsOf(levels, day('2026-11-21'));
    expect([months.length, months[0]!.month]).toEqual([36, '2023-12-01']);
  });

  const amounts = fc.array(
    fc.record({ after: fc.integer({ min: 0, max: 90 }), minor: fc.integer({ min: 0, max: 100_000 }) }),
    { maxLength: 40 },
  );
  const history = fc.tuple(amounts, amounts).map(([before, notes]) => {
    const begun = before.map(({ after, minor }) => ({
      on: addDays(day('2025-06-01'), after),
      mrr: money(minor, 'USD'),
    }));
    let levels: readonly MrrLevel[] = [];
    let on: CalendarDate = day('2025-08-15');
    for (const { after, minor } of notes) {
      on = addDays(on, after);
      levels = noteLevel(levels, money(minor, 'USD'), on, begun);
    }
    return { levels, end: on, last: notes.at(-1)?.minor ?? 0 };
  });

  test('opening and movements sum to closing, and each month opens with what the one before closed with', () => {
    fc.assert(
      fc.property(history, ({ levels, end, last }) => {
        const months = monthsOf(levels, end, Infinity);
        for (const month of months) expect(sumOf(month)).toBe(month.closing.minor);
        months.slice(1).forEach((month, index) => expect(month.opening.minor).toBe(months[index]!.closing.minor));
        expect(months.at(-1)?.closing.minor ?? 0).toBe(last);
      }),
    );
  });

  test('what is told of a month does not depend on when it is asked for, once it is over', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 400 }), ({ levels, end }, later) => {
        const now = monthsOf(levels, end, Infinity).filter(({ month }) => month.slice(0, 7) < end.slice(0, 7));
        const then = monthsOf(levels, addDays(end, later), Infinity);
        expect(then.slice(0, now.length)).toEqual(now);
      }),
    );
  });
});
