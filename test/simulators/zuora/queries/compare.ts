import { instantIn, isDate } from '../dates.ts';
import type { Tenant } from '../tenant.ts';

export type Literal = string | number | boolean | null;

const instant = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/;

/** Instant of a text as a query gives it: in the tenant's zone when it has no offset, a bare date at its start; else NaN. */
export function instantOf(tenant: Tenant, text: string): number {
  if (!isDate(text.slice(0, 10))) return NaN;
  if (/(Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10))) return Date.parse(text.replace(' ', 'T').replace(' ', ''));
  const local = text.length === 10 ? `${text} 00:00:00` : text.replace('T', ' ').slice(0, 19);
  return instantIn(tenant.timeZone, local);
}

/** Order of a record's value and a literal; undefined where they cannot be compared, as with null. */
export function order(tenant: Tenant, value: unknown, literal: Literal): number | undefined {
  if (value === null || literal === null) return undefined;
  if (typeof value === 'number') {
    const wanted = Number(literal);
    return Number.isNaN(wanted) ? undefined : value - wanted;
  }
  if (typeof value === 'boolean') return String(value) === String(literal).toLowerCase() ? 0 : value ? 1 : -1;
  const text = String(value);
  if (instant.test(text)) {
    const wanted = instantOf(tenant, String(literal));
    return Number.isNaN(wanted) ? undefined : Date.parse(text) - wanted;
  }
  const wanted = String(literal);
  return text < wanted ? -1 : text > wanted ? 1 : 0;
}

/** What an operator asks of an order. */
export const holds: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (n) => n === 0,
  '!=': (n) => n !== 0,
  '<>': (n) => n !== 0,
  '<': (n) => n < 0,
  '>': (n) => n > 0,
  '<=': (n) => n <= 0,
  '>=': (n) => n >= 0,
};

/** True where a text matches a pattern of `%` and `_`. */
export function like(value: unknown, pattern: string): boolean {
  if (value === null) return false;
  const source = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${source}$`, 's').test(String(value));
}
