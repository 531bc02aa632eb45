import type { Request } from 'express';
import { category, ZuoraError } from './errors.ts';

/**
 * Filters and sorts rows of a v1 list by its query parameters: equal values, and `sort=+field` or `-field` (several
 * joined by commas). A `createdDate` or `updatedDate` may be given to the day or to the second.
 */
export function filtered(
  req: Request,
  rows: readonly Record<string, unknown>[],
  fields: readonly string[],
): Record<string, unknown>[] {
  const named = fields.filter((name) => req.query[name] !== undefined);
  const found = rows.filter((row) => named.every((name) => matches(row[name], String(req.query[name]))));
  const sort = req.query['sort'];
  return sort === undefined ? found : sorted(found, String(sort), fields);
}

const matches = (value: unknown, wanted: string): boolean => {
  if (typeof value === 'number') return value === Number(wanted);
  const text = String(value);
  const plain = wanted.replace('T', ' ');
  return text === wanted || (/^\d{4}-\d{2}-\d{2} /.test(text) && (text === plain || text.slice(0, 10) === plain));
};

function sorted(rows: Record<string, unknown>[], sort: string, fields: readonly string[]): Record<string, unknown>[] {
  const keys = sort.split(',').map((text) => {
    // A plus sign that was not encoded arrives as a space.
    const match = /^([-+ ]?)(\w+)$/.exec(text);
    if (!match || !fields.includes(match[2]!))
      throw new ZuoraError(category.badValue, `The sort '${text}' is not valid.`);
    return { name: match[2]!, sign: match[1] === '-' ? -1 : 1 };
  });
  return rows.toSorted((a, b) => {
    for (const { name, sign } of keys) {
      const [x, y] = [a[name], b[name]] as [string | number, string | number];
      if (x !== y) return x < y ? -sign : sign;
    }
    return 0;
  });
}
