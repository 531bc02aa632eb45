import { Fault } from '../../domain/fault.ts';
import { calendarDate, type CalendarDate } from '../../domain/time/calendarDate.ts';
import { textOf, UsageError, type Input } from './verb.ts';

/** @returns the day that an option names; today without it. @throws UsageError when it is none */
export function dayOf(input: Input, name: string, today: CalendarDate): CalendarDate {
  const text = textOf(input, name);
  if (text === undefined) return today;
  try {
    return calendarDate(text);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new UsageError(`${text} is no day: write it as 2026-11-21.`, { cause: error });
  }
}
