import { RequestFault } from '../org/errors.ts';
import type { FieldValue, SObject } from '../org/types.ts';
import { resolve, valueAt, type FieldPath, type QueryContext } from '../soql/names.ts';
import { parse } from '../soql/parse.ts';
import { runQuery } from '../soql/query.ts';

const unsupported = (what: string): RequestFault =>
  new RequestFault(400, 'API_ERROR', `${what} not supported in Bulk Query`);

/** Columns of a bulk query. @throws RequestFault for what bulk queries do not know (docs: "SOQL Considerations") */
function columns(context: QueryContext, object: SObject): { name: string; path: FieldPath }[] {
  const query = parse(context.text);
  if (query.groupBy !== undefined) throw unsupported('GROUP BY is');
  if (query.offset !== undefined) throw unsupported('OFFSET is');
  return (query.fields ?? []).map((field) => {
    if (field.type === 'FieldSubquery') throw unsupported('Aggregate Relationships');
    if (field.type !== 'Field' && field.type !== 'FieldRelationship') throw unsupported('Functions and TYPEOF');
    const name = field.type === 'Field' ? field.field : [...field.relationships, field.field].join('.');
    return { name, path: resolve(context, object, name, query.sObjectAlias) };
  });
}

/** Times end in `Z` here, and in `+0000` elsewhere. */
function shown(value: FieldValue, path: FieldPath): string {
  if (value === null) return '';
  return path.field.type === 'datetime' ? String(value).replace(/\+0000$/, 'Z') : String(value);
}

/** Name of the object. @throws RequestFault for a query that would not run */
export function checkBulkQuery(context: QueryContext): string {
  const { sObject = '' } = parse(context.text);
  const object = context.org.object(sObject);
  if (object && context.access.readsObject(object.name)) columns(context, object);
  runQuery(context, 66);
  return object!.name;
}

/** The result as cells. */
export function runBulkQuery(context: QueryContext): { header: string[]; lines: string[][] } {
  const object = context.org.object(parse(context.text).sObject ?? '')!;
  const chosen = columns(context, object);
  const result = runQuery(context, 66);
  if (result.kind !== 'rows') throw unsupported('Aggregates are');
  return {
    header: chosen.map(({ name }) => name),
    lines: result.rows.map((record) => chosen.map(({ path }) => shown(valueAt(context, path, record), path))),
  };
}
