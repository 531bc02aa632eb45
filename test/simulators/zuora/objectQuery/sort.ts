import type { Tenant } from '../tenant.ts';
import type { QueryObject, Rec } from './define.ts';
import { canFilter } from './filter.ts';
import { refuse } from './refuse.ts';

export type Sort = { name: string; sign: 1 | -1 };

/** One field, ascending unless it says otherwise; by id when nothing is asked. */
export function sortOf(object: QueryObject, texts: readonly string[]): Sort {
  const [text, ...more] = texts;
  if (more.length > 0) return refuse('Only one field can be sorted on.');
  const [name, direction = 'asc'] = (text ?? 'id.asc').split('.') as [string, string?];
  if (!/^(asc|desc)$/i.test(direction)) return refuse(`The sort '${text}' is not valid.`);
  if (!canFilter(null, object, name)) return refuse(`Field '${name}' cannot be sorted on.`);
  return { name: name.toLowerCase(), sign: direction.toLowerCase() === 'desc' ? -1 : 1 };
}

type Value = string | number | boolean | null;

/** A record at its place in a sorted list: the sorted value, and the id, since equal values need a fixed order. */
export type Place = { record: Rec; value: Value; id: string };

/** Null first; instants as Object Query prints them sort as text. */
function compareValues(a: Value, b: Value): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  return a < b ? -1 : 1;
}

export const comparePlaces = (a: Pick<Place, 'value' | 'id'>, b: Pick<Place, 'value' | 'id'>, sort: Sort): number =>
  sort.sign * (compareValues(a.value, b.value) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));

export function placesOf(tenant: Tenant, object: QueryObject, records: readonly Rec[], sort: Sort): Place[] {
  const fields = object.fields(tenant);
  const id = fields.get('id')!;
  const field = fields.get(sort.name);
  if (!field) return refuse(`Field '${sort.name}' cannot be sorted on.`);
  return records
    .map((record) => ({ record, value: field.of(record) as Value, id: id.of(record) as string }))
    .sort((a, b) => comparePlaces(a, b, sort));
}
