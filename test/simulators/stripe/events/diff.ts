import type { Json } from '../protocol/wire.ts';

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What `previous_attributes` of an `*.updated` event holds: only changed keys; nested objects partially, arrays whole, a
 * key that is new as null (Stripe docs, "The Event object").
 */
export function previousAttributes(before: Json, after: Json): Json {
  const changed: Json = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [before[key], after[key]];
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    changed[key] = isObject(was) && isObject(is) ? previousAttributes(was, is) : (was ?? null);
  }
  return changed;
}
