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
