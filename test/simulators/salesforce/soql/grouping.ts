import type { GroupByClause } from '@jetstreamapp/soql-parser-js';
import { isGroupable } from '../org/schema/fields.ts';
import type { FieldValue, SObject, SRecord } from '../org/types.ts';
import { malformed } from './fault.ts';
import type { QueryContext } from './names.ts';
import { fieldTerm, functionTerm, isDateFunction, type Term } from './terms.ts';

/** Records with the same values; `totals` tells over which terms they are added up (ROLLUP, CUBE). */
export type Group = { keys: FieldValue[]; totals: boolean[]; records: SRecord[] };
export type Grouping = { terms: Term[]; kind: 'PLAIN' | 'ROLLUP' | 'CUBE' };

const MAX_TERMS = 3;

/** @throws RequestFault for what cannot be grouped by */
export function groupingOf(
  context: QueryContext,
  object: SObject,
  clauses: readonly GroupByClause[],
  alias: string | undefined,
): Grouping {
  const kindOf = (clause: GroupByClause): string =>
    'fn' in clause ? (clause.fn.functionName ?? '').toUpperCase() : '';
  const kind = clauses.map(kindOf).find((name) => name === 'ROLLUP' || name === 'CUBE') as
    'ROLLUP' | 'CUBE' | undefined;
  if (kind !== undefined && clauses.length > 1)
    throw malformed(context.text, kind, `${kind} cannot be combined with other fields in GROUP BY`);
  const [first] = clauses;
  const names = kind && first && 'fn' in first ? (first.fn.parameters ?? []) : [];
  if (names.length > MAX_TERMS) throw malformed(context.text, kind!, `${kind} takes at most ${MAX_TERMS} fields`);
  const terms = kind
    ? names.map((name) =>
        typeof name === 'string' ? fieldTerm(context, object, name, alias) : functionTerm(context, object, name, alias),
      )
    : clauses.map((clause) =>
        'fn' in clause
          ? functionTerm(context, object, clause.fn, alias)
          : fieldTerm(context, object, clause.field, alias),
      );
  for (const { field, fn, path } of terms)
    if (fn === null ? !isGroupable(field) : !isDateFunction(fn) && fn !== 'TOLABEL')
      throw malformed(context.text, path.field.name, `field '${path.field.name}' can not be grouped in a query call`);
  return { terms, kind: kind ?? 'PLAIN' };
}

/** Which terms are kept apart, for every level of totals. */
function levelsOf({ terms, kind }: Grouping): boolean[][] {
  const all = terms.map(() => true);
  if (kind === 'ROLLUP') return [all, ...terms.map((_, at) => terms.map((__, other) => other < terms.length - 1 - at))];
  if (kind === 'CUBE')
    return Array.from({ length: 2 ** terms.length }, (_, mask) => terms.map((__, at) => (mask & (1 << at)) === 0));
  return [all];
}

/** Groups in the order in which they first occur; totals after what they add up. */
export function groupsOf(grouping: Grouping, records: readonly SRecord[]): Group[] {
  const { terms } = grouping;
  if (terms.length === 0) return [{ keys: [], totals: [], records: [...records] }];
  return levelsOf(grouping).flatMap((kept) => {
    const groups = new Map<string, Group>();
    for (const record of records) {
      const keys = terms.map((term, at) => (kept[at] ? term.valueOf(record) : null));
      const id = JSON.stringify(keys);
      const group = groups.get(id);
      if (group) group.records.push(record);
      else groups.set(id, { keys, totals: kept.map((one) => !one), records: [record] });
    }
    return [...groups.values()];
  });
}
