import { valueFromASTUntyped, type GraphQLResolveInfo } from 'graphql';
import type { Field, FieldValue, SObject, SRecord } from '../org/types.ts';
import type { Context } from './context.ts';
import { compare } from './where.ts';

type Clause = { order?: 'ASC' | 'DESC' | null; nulls?: 'FIRST' | 'LAST' | null };
type Key = { value(record: SRecord | null): FieldValue; field: Field; descending: boolean; nullsLast: boolean };

/**
 * `orderBy` as the client wrote it: coerced arguments stand in the order of the schema, but the order of the keys is
 * the order of sorting.
 */
export function writtenOrder(info: GraphQLResolveInfo, context: Context): Record<string, unknown> {
  const argument = info.fieldNodes[0]!.arguments?.find(({ name }) => name.value === 'orderBy');
  const written = argument && valueFromASTUntyped(argument.value, { ...info.variableValues, ...context.variables });
  return (written ?? {}) as Record<string, unknown>;
}

function keysOf(
  object: SObject,
  orderBy: Record<string, unknown>,
  context: Context,
  reach: (record: SRecord | null) => SRecord | null,
): Key[] {
  const { org } = context;
  return Object.entries(orderBy).flatMap(([name, given]): Key[] => {
    if (given === null || given === undefined) return [];
    const field = object.fields.get(name);
    if (field) {
      const { order, nulls } = given as Clause;
      return [
        {
          field,
          value: (record) => {
            const reached = reach(record);
            return reached === null ? null : org.value(object, reached, field, context.access.userId);
          },
          descending: order === 'DESC',
          nullsLast: nulls === 'LAST',
        },
      ];
    }
    const reference = [...object.fields.values()].find((one) => one.reference?.relationshipName === name)!;
    const kinds: [string, Record<string, unknown>][] =
      reference.reference!.to.length > 1
        ? (Object.entries(given) as [string, Record<string, unknown>][])
        : [[reference.reference!.to[0]!, given as Record<string, unknown>]];
    return kinds.flatMap(([kind, part]) =>
      keysOf(org.object(kind)!, part, context, (record) => {
        const reached = reach(record);
        const id = reached === null ? null : org.value(object, reached, reference);
        return typeof id === 'string' ? org.get(kind, id) : null;
      }),
    );
  });
}

const sortable = (field: Field, value: FieldValue): string | number | boolean | null =>
  field.type === 'boolean'
    ? value === true
    : field.type === 'datetime' && value !== null
      ? Date.parse(String(value))
      : typeof value === 'string'
        ? value.toLowerCase()
        : value;

/** A new sorted list; empty values come first unless `nulls: LAST`, whatever the direction (SOQL docs, "ORDER BY"). */
export function sortRecords(
  object: SObject,
  records: SRecord[],
  orderBy: Record<string, unknown>,
  context: Context,
): SRecord[] {
  const keys = keysOf(object, orderBy, context, (record) => record);
  if (keys.length === 0) return records;
  const decorated = records.map((record) => ({
    record,
    values: keys.map(({ field, value }) => sortable(field, value(record))),
  }));
  decorated.sort((a, b) => {
    for (const [index, { descending, nullsLast }] of keys.entries()) {
      const left = a.values[index]!;
      const right = b.values[index]!;
      if (left === right) continue;
      if (left === null || right === null) return (left === null) === nullsLast ? 1 : -1;
      const difference = compare(left, right);
      if (difference !== 0) return descending ? -difference : difference;
    }
    return 0;
  });
  return decorated.map(({ record }) => record);
}
