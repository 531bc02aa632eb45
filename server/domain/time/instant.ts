import { Fault } from '../fault.ts';
import type { CalendarDate } from './calendarDate.ts';

declare const instantBrand: unique symbol;
/** A moment, ISO 8601 in UTC with milliseconds. Instants compare as text. */
export type Instant = string & { readonly [instantBrand]: true };

/** @throws Fault of kind invalid when the text names no moment */
export function instant(at: Date | string): Instant {
  const date = typeof at === 'string' ? new Date(at) : at;
  if (Number.isNaN(date.getTime())) {
    throw new Fault({ code: 'time_invalid', kind: 'invalid', publicText: 'A time cannot be read.', context: {} });
  }
  return date.toISOString() as Instant;
}

export function fromUnixSeconds(seconds: number): Instant {
  return instant(new Date(seconds * 1000));
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/**
 * @param zone IANA name, such as `America/Los_Angeles`
 * @returns the day that a moment falls on in a time zone
 */
export function dayOf(at: Date | Instant, zone: string): CalendarDate {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formatters.set(zone, formatter);
  }
  return formatter.format(typeof at === 'string' ? new Date(at) : at) as CalendarDate;
}

/** @returns today in a time zone */
export function today(now: Date, zone: string): CalendarDate {
  return dayOf(now, zone);
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** What a zone's clocks show at a moment, written as if it were UTC. */
function shownAt(utcMs: number, zone: string): number {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    clocks.set(zone, clock);
  }
  const parts = clock.formatToParts(new Date(utcMs));
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value ?? 0);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

/**
 * @param text `YYYY-MM-DD`, `YYYY-MM-DD HH:mm:ss` or ISO 8601; without an offset it is meant in `zone`
 * @returns the moment; of a time that clocks skip or repeat, one of the moments beside it
 * @throws Fault of kind invalid when the text names no moment
 */
export function instantIn(zone: string, text: string): Instant {
  if (/(Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10))) return instant(text);
  const local = Date.parse(`${text.slice(0, 10)}T${text.length > 10 ? text.slice(11) : '00:00:00'}Z`);
  if (Number.isNaN(local)) return instant(text.length === 0 ? 'none' : `${text} is no time`);
  const first = local - (shownAt(local, zone) - local);
  return instant(new Date(local - (shownAt(first, zone) - first)));
}

/** @returns noon of a day, for what is known by its day alone: the same day nearly everywhere */
export function noonOf(day: CalendarDate, zone: string): Instant {
  return instantIn(zone, `${day} 12:00:00`);
}
