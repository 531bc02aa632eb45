const NO_BREAK_SPACE = '\u00a0';
const ISO_4217 = /^[A-Za-z]{3}$/;

/**
 * Writes an amount in its own currency, such as "€ 1,150.00" or "¥ 54,000".
 *
 * @param amount in units of the currency, not cents; null for "not known" gives an empty text
 * @param currency ISO 4217 code; without one the number stands alone, a code that is none is put before the number
 * @param short leaves out decimals that are all zero, for large figures
 */
export function formatMoney(
  amount: number | null | undefined,
  currency: string | null | undefined,
  short = false,
): string {
  if (typeof amount !== 'number' || !Number.isFinite(amount)) {
    return '';
  }
  if (!currency || !ISO_4217.test(currency)) {
    return [currency, formatNumber(amount)].filter(Boolean).join(NO_BREAK_SPACE);
  }
  const digits = short && Number.isInteger(amount) ? { minimumFractionDigits: 0, maximumFractionDigits: 0 } : {};
  const parts = new Intl.NumberFormat('en-US', { style: 'currency', currency, ...digits }).formatToParts(amount);
  const symbol = parts.find((part) => part.type === 'currency')?.value ?? currency;
  const number = parts.filter((part) => !['currency', 'literal', 'minusSign'].includes(part.type));
  const sign = parts.some((part) => part.type === 'minusSign') ? '−' : '';
  return `${sign}${symbol}${NO_BREAK_SPACE}${number.map((part) => part.value).join('')}`;
}

/** Writes a quantity with thousands separators and at most three decimals. */
export function formatNumber(quantity: number): string {
  return new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 }).format(quantity);
}

/** Writes by how much an amount moved, with its sign, such as "+€ 500" or "−€ 500". */
export function formatChange(amount: number | null | undefined, currency: string | null | undefined): string {
  const text = formatMoney(amount, currency, true);
  return (amount ?? 0) > 0 ? `+${text}` : text;
}
