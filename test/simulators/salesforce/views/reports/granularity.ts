import { displayValue } from '../../uiapi/display.ts';
import type { Field } from '../../org/types.ts';

export const GRANULARITIES = ['Day', 'Week', 'Month', 'Quarter', 'Year', 'MonthInYear', 'DayInMonth'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

const DATE = { name: '', label: '', type: 'date' } as Field;
const shown = (date: Date): string => displayValue(DATE, date.toISOString().slice(0, 10), 'UTC')!;
const month = (date: Date): string => new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', month: 'long' }).format(date);

/**
 * The period of a group that a day falls into: `value` sorts and identifies it, `label` is what is shown. Weeks begin on
 * Sunday.
 */
export function periodGroup(granularity: Granularity, day: string): { value: string; label: string } {
  const at = new Date(`${day.slice(0, 10)}T00:00:00Z`);
  const [year, monthAt] = [at.getUTCFullYear(), at.getUTCMonth()];
  const start = (from: Date, label: string): { value: string; label: string } => ({
    value: from.toISOString().slice(0, 10),
    label,
  });
  switch (granularity) {
    case 'Day':
      return start(at, shown(at));
    case 'Week': {
      const from = new Date(at.getTime() - at.getUTCDay() * 86_400_000);
      return start(from, `${shown(from)} - ${shown(new Date(from.getTime() + 6 * 86_400_000))}`);
    }
    case 'Month':
      return start(new Date(Date.UTC(year, monthAt, 1)), `${month(at)} ${year}`);
    case 'Quarter': {
      const quarter = Math.floor(monthAt / 3);
      return start(new Date(Date.UTC(year, quarter * 3, 1)), `Q${quarter + 1} CY${year}`);
    }
    case 'Year':
      return start(new Date(Date.UTC(year, 0, 1)), `CY${year}`);
    case 'MonthInYear':
      return { value: String(monthAt + 1).padStart(2, '0'), label: month(at) };
    case 'DayInMonth':
      return { value: String(at.getUTCDate()).padStart(2, '0'), label: String(at.getUTCDate()) };
  }
}
