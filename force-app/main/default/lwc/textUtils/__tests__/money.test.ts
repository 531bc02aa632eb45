import { formatMoney, formatNumber } from 'c/textUtils';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('amounts of c/textUtils', () => {
  it.each([
    [8000, 'USD', '$ 8,000.00'],
    [1150.5, 'EUR', '€ 1,150.50'],
    [54000, 'JPY', '¥ 54,000'],
    [12.345, 'KWD', 'KWD 12.345'],
    [-20, 'USD', '−$ 20.00'],
    [0, 'GBP', '£ 0.00'],
  ])('writes %s %s as %s', (amount, currency, text) => {
    expect(plain(formatMoney(amount, currency))).toBe(text);
  });

  it('leaves out decimals that are all zero when it is to be short', () => {
    expect(plain(formatMoney(12400, 'USD', true))).toBe('$ 12,400');
    expect(plain(formatMoney(12400.5, 'USD', true))).toBe('$ 12,400.50');
  });

  it('never guesses a currency', () => {
    expect(formatMoney(1234.5, null)).toBe('1,234.5');
    expect(plain(formatMoney(1234.5, '<b>'))).toBe('<b> 1,234.5');
  });

  it('writes nothing for an amount that is not known', () => {
    expect(formatMoney(null, 'USD')).toBe('');
    expect(formatMoney(Number.NaN, 'USD')).toBe('');
  });

  it('writes quantities', () => {
    expect(formatNumber(870000.1234)).toBe('870,000.123');
  });
});
