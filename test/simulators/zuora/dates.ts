import type { PeriodType } from './model.ts';
import { category, ZuoraError } from './protocol/errors.ts';

const dayMs = 86_400_000;
const toMs = (date: string): number => Date.parse(`${date}T00:00:00Z`);
const lastMs = toMs('9999-12-31');
const fromMs = (ms: number): string => {
  if (!(ms <= lastMs)) throw new ZuoraError(category.badValue, 'A date would be after the year 9999.');
  return new Date(ms).toISOString().slice(0, 10);
};

/** True for a calendar date that exists, written `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(toMs(text)) && fromMs(toMs(text)) === text;
}

export const addDays = (date: string, days: number): string => fromMs(toMs(date) + days * dayMs);

export const daysBetween = (from: string, to: string): number => Math.round((toMs(to) - toMs(from)) / dayMs);

/** Adds months; a day that the month lacks becomes its last one. */
export function addMonths(date: string, months: number): string {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  const first = new Date(Date.UTC(year, month - 1 + months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(day, last));
  return fromMs(first.getTime());
}

export function addPeriod(date: string, count: number, type: PeriodType): string {
  if (type === 'Month') return addMonths(date, count);
  if (type === 'Year') return addMonths(date, count * 12);
  return addDays(date, type === 'Week' ? count * 7 : count);
}

/** The earlier of two dates, where null is never. */
export const earlier = (a: string | null, b: string | null): string | null =>
  a === null ? b : b === null ? a : a < b ? a : b;

const formats = new Map<string, Intl.DateTimeFormat>();

function partsIn(timeZone: string, at: number): Record<string, string> {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(timeZone, format);
  }
  return Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value]));
}

/** Calendar date of an instant in a zone. */
export function dateIn(timeZone: string, at: number): string {
  const part = partsIn(timeZone, at);
  return `${part['year']}-${part['month']}-${part['day']}`;
}

/** `YYYY-MM-DD HH:mm:ss` in a zone, without offset, as the v1 API prints instants. */
export function dateTimeIn(timeZone: string, at: number): string {
  const part = partsIn(timeZone, at);
  return `${dateIn(timeZone, at)} ${part['hour']}:${part['minute']}:${part['second']}`;
}

/** ISO 8601 with whole seconds, as Object Query prints instants. */
export const isoSeconds = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** `YYYY-MM-DDTHH:mm:ss.000+HH:mm` in a zone, as CRUD and ZOQL print instants. */
export function offsetDateTimeIn(timeZone: string, at: number): string {
  const local = dateTimeIn(timeZone, at).replace(' ', 'T');
  const minutes = Math.round((Date.parse(`${local}Z`) - at) / 60_000);
  const two = (number: number) => String(Math.floor(Math.abs(number))).padStart(2, '0');
  return `${local}.000${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** Instant of `YYYY-MM-DD HH:mm:ss` in a zone, NaN for other text; within an hour that a clock change repeats, one of both. */
export function instantIn(timeZone: string, text: string): number {
  const asUtc = Date.parse(`${text.replace(' ', 'T')}Z`);
  if (Number.isNaN(asUtc)) return NaN;
  const offset = (at: number) => Date.parse(`${dateTimeIn(timeZone, at).replace(' ', 'T')}Z`) - at;
  return asUtc - offset(asUtc - offset(asUtc));
}
