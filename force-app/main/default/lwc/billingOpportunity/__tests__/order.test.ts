import type { Row } from 'c/billingRows';
import type { Deal } from '../deal';
import { isJustWon, isUnderWay, lookOut } from '../order';

const rowOf = (fields: Record<string, string | boolean | null>, Id = 'a0'): Row =>
  ({ Id, ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { value }])) }) as unknown as Row;
const orderOf = (state: string, asOf: string) => rowOf({ State__c: state, As_Of__c: asOf });
const page = (isWon: boolean) => rowOf({ IsWon: isWon }, '006');

describe('an order that is awaited', () => {
  let order: Row | undefined;
  const look = jest.fn();
  const out = lookOut({
    get view() {
      return { order: { order, page: undefined } };
    },
    refresh: look,
  });
  beforeEach(() => {
    jest.useFakeTimers();
    look.mockClear();
    order = undefined;
  });
  afterEach(() => jest.useRealTimers());

  it('is looked for every few seconds until it is placed, or worked out anew', () => {
    out.begin();
    jest.advanceTimersByTime(8_000);
    expect(look).toHaveBeenCalledTimes(2);
    order = orderOf('Ordering', '2026-11-22T10:00:00Z');
    jest.advanceTimersByTime(4_000);
    expect(look).toHaveBeenCalledTimes(3);
    order = orderOf('Ordered', '2026-11-22T10:00:01Z');
    jest.advanceTimersByTime(60_000);
    expect(look).toHaveBeenCalledTimes(3);
    out.begin();
    jest.advanceTimersByTime(4_000);
    expect(look).toHaveBeenCalledTimes(4);
  });

  it('is given up after a minute, and when the panel is gone', () => {
    out.begin();
    jest.advanceTimersByTime(600_000);
    expect(look).toHaveBeenCalledTimes(15);
    out.begin();
    out.end();
    jest.advanceTimersByTime(60_000);
    expect(look).toHaveBeenCalledTimes(15);
  });

  it('is one of a deal that was won while it is shown', () => {
    expect(isJustWon(page(false), page(true))).toBe(true);
    expect(isJustWon(undefined, page(true))).toBe(false);
    expect(isJustWon(page(true), page(true))).toBe(false);
    expect(isJustWon(rowOf({ IsWon: false }, '007'), page(true))).toBe(false);
  });

  it.each([
    ['Ordering', false, true],
    ['Ordering', true, true],
    ['Not Ready', true, true],
    ['Failed', true, true],
    ['Not Ready', false, false],
    ['Ordered', true, false],
  ])('%s of a deal that is won (%s) is under way: %s', (state, isWon, expected) => {
    const deal = { page: page(isWon), order: orderOf(state, '') } as unknown as Deal;
    expect(isUnderWay(deal)).toBe(expected);
  });
});
