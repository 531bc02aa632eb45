import type { OrderByClause } from '@jetstreamapp/soql-parser-js';
import type { FieldValue } from '../org/types.ts';

/** Compares as ORDER BY does: empty values first unless NULLS LAST, text without case. */
function compareBy(clause: OrderByClause): (a: FieldValue, b: FieldValue) => number {
  const emptyFirst = clause.nulls !== 'LAST';
  const direction = clause.order === 'DESC' ? -1 : 1;
  const plain = (value: FieldValue): FieldValue => (typeof value === 'string' ? value.toLowerCase() : value);
  return (a, b) => {
    if (a === null || b === null) {
      if (a === b) return 0;
      return (a === null) === emptyFirst ? -1 : 1;
    }
    const [x, y] = [plain(a)!, plain(b)!];
    return x === y ? 0 : x < y ? -direction : direction;
  };
}

/** Sorts stably by several keys; `keys` gives the values of one row in the order of the clauses. */
export function sortBy<T>(rows: readonly T[], clauses: readonly OrderByClause[], keys: (row: T) => FieldValue[]): T[] {
  const comparators = clauses.map(compareBy);
  const keyed = rows.map((row) => ({ row, keys: keys(row) }));
  keyed.sort((a, b) => {
    for (const [at, compare] of comparators.entries()) {
      const result = compare(a.keys[at] ?? null, b.keys[at] ?? null);
      if (result !== 0) return result;
    }
    return 0;
  });
  return keyed.map(({ row }) => row);
}
