import { createHash } from 'node:crypto';

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, sorted(item)]),
  );
}

/** @returns a digest of JSON content that does not depend on the order of its fields */
export function digestOf(content: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(content)) ?? 'null')
    .digest('base64');
}
