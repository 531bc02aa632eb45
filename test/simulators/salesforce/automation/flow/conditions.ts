import type { FlowValue } from './values.ts';
import { asText } from './values.ts';

/** Operators of decisions and record filters that the simulated org works out. */
export const OPERATORS = [
  ...['EqualTo', 'NotEqualTo', 'GreaterThan', 'GreaterThanOrEqualTo', 'LessThan', 'LessThanOrEqualTo', 'Contains'],
  ...['StartsWith', 'EndsWith', 'IsNull', 'IsBlank', 'IsEmpty'],
];

const isBlank = (value: FlowValue): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** Dates and times compare as text, since all are ISO 8601 in UTC. */
export function holds(operator: string, left: FlowValue, right: FlowValue): boolean {
  switch (operator) {
    case 'IsNull':
      return (left === null || left === '') === (right === true);
    // Of lists, the other of text: the same here.
    case 'IsEmpty':
    case 'IsBlank':
      return isBlank(left) === (right === true);
    case 'EqualTo':
      return (left ?? '') === (right ?? '');
    case 'NotEqualTo':
      return (left ?? '') !== (right ?? '');
    case 'Contains':
      return Array.isArray(left) ? left.includes(right) : asText(left).includes(asText(right));
    case 'StartsWith':
      return asText(left).startsWith(asText(right));
    case 'EndsWith':
      return asText(left).endsWith(asText(right));
  }
  if (left === null || right === null) return false;
  if (operator === 'GreaterThan') return left > right;
  if (operator === 'GreaterThanOrEqualTo') return left >= right;
  if (operator === 'LessThan') return left < right;
  return left <= right;
}

/**
 * @param logic `and`, `or`, or such as `1 AND (2 OR 3)`, with conditions numbered from 1
 * @throws Error when it cannot be read
 */
export function combined(logic: string, count: number, met: (index: number) => boolean): boolean {
  const all = Array.from({ length: count }, (_value, index) => index);
  if (/^and$/i.test(logic)) return all.every(met);
  if (/^or$/i.test(logic)) return all.some(met);
  const tokens = logic.match(/\d+|\(|\)|\b(?:and|or|not)\b|\S+/gi) ?? [];
  let at = 0;
  const wrong = (): Error => new Error(`the logic ${logic} cannot be read`);
  const term = (): boolean => {
    const token = (tokens[at++] ?? '').toLowerCase();
    if (token === 'not') return !term();
    if (token === '(') {
      const value = either();
      if (tokens[at++] !== ')') throw wrong();
      return value;
    }
    const index = Number(token) - 1;
    if (!Number.isInteger(index) || index < 0 || index >= count) throw wrong();
    return met(index);
  };
  const both = (): boolean => {
    let value = term();
    while (/^and$/i.test(tokens[at] ?? '')) {
      at++;
      const next = term();
      value &&= next;
    }
    return value;
  };
  const either = (): boolean => {
    let value = both();
    while (/^or$/i.test(tokens[at] ?? '')) {
      at++;
      const next = both();
      value ||= next;
    }
    return value;
  };
  const value = either();
  if (at !== tokens.length) throw wrong();
  return value;
}
