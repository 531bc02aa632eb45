type Unit = 'DAY' | 'WEEK' | 'MONTH' | 'QUARTER' | 'YEAR';

/** First day of the period that is `shift` units from the one that holds `today`; weeks begin on Sunday (en_US). */
function startOf(unit: Unit, today: Date, shift: number): Date {
  const [year, month, day] = [today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()];
  switch (unit) {
    case 'DAY':
      return new Date(Date.UTC(year, month, day + shift));
    case 'WEEK':
      return new Date(Date.UTC(year, month, day - today.getUTCDay() + 7 * shift));
    case 'MONTH':
      return new Date(Date.UTC(year, month + shift, 1));
    case 'QUARTER':
      return new Date(Date.UTC(year, month - (month % 3) + 3 * shift, 1));
    case 'YEAR':
      return new Date(Date.UTC(year + shift, 0, 1));
  }
}

const FIXED: Readonly<Record<string, [Unit, from: number, to: number]>> = {
  TODAY: ['DAY', 0, 1],
  YESTERDAY: ['DAY', -1, 0],
  TOMORROW: ['DAY', 1, 2],
  LAST_90_DAYS: ['DAY', -90, 1],
  NEXT_90_DAYS: ['DAY', 1, 91],
  THIS_WEEK: ['WEEK', 0, 1],
  LAST_WEEK: ['WEEK', -1, 0],
  NEXT_WEEK: ['WEEK', 1, 2],
  THIS_MONTH: ['MONTH', 0, 1],
  LAST_MONTH: ['MONTH', -1, 0],
  NEXT_MONTH: ['MONTH', 1, 2],
  THIS_QUARTER: ['QUARTER', 0, 1],
  LAST_QUARTER: ['QUARTER', -1, 0],
  NEXT_QUARTER: ['QUARTER', 1, 2],
  THIS_YEAR: ['YEAR', 0, 1],
  LAST_YEAR: ['YEAR', -1, 0],
  NEXT_YEAR: ['YEAR', 1, 2],
};

/**
 * The period that a date literal stands for (SOQL and SOSL Reference, "Date Formats and Date Literals"), in UTC.
 * @returns first instant and the one after the last; null for literals that are not supported (fiscal periods)
 */
export function periodOf(literal: string, now: Date): { from: Date; to: Date } | null {
  const fixed = FIXED[literal.toUpperCase()];
  if (fixed) return { from: startOf(fixed[0], now, fixed[1]), to: startOf(fixed[0], now, fixed[2]) };
  const match = /^(?:(LAST|NEXT)_N_(DAY|WEEK|MONTH|QUARTER|YEAR)S|N_(DAY|WEEK|MONTH|QUARTER|YEAR)S_AGO):(\d+)$/i.exec(
    literal,
  );
  if (!match) return null;
  const [, way, unitOfRange, unitAgo, digits] = match;
  const count = Number(digits);
  const unit = (unitOfRange ?? unitAgo)!.toUpperCase() as Unit;
  if (unitAgo !== undefined) return { from: startOf(unit, now, -count), to: startOf(unit, now, 1 - count) };
  if (way!.toUpperCase() === 'NEXT') return { from: startOf(unit, now, 1), to: startOf(unit, now, count + 1) };
  return { from: startOf(unit, now, -count), to: startOf(unit, now, unit === 'DAY' ? 1 : 0) };
}
