import type { OrderByClause, Query, Subquery } from '@jetstreamapp/soql-parser-js';
import { RequestFault } from '../org/errors.ts';
import { normalizeId } from '../org/ids.ts';
import { isSortable } from '../org/schema/fields.ts';
import { isNotSimulated } from '../org/schema/notSimulated.ts';
import type { Field, FieldValue, SObject, SRecord } from '../org/types.ts';
import { aggregate, isAggregate, isPlainCount } from './aggregate.ts';
import { malformed, queryFault } from './fault.ts';
import { compileFilter, type Filter, type SemiJoin } from './filter.ts';
import { resolve, valueAt, type QueryContext } from './names.ts';
import { sortBy } from './order.ts';
import { parse } from './parse.ts';
import { fieldTerm, functionTerm } from './terms.ts';
import { childObject, compileSelect, type Render, type RunChildren } from './select.ts';

/** `rows` are rendered page by page. */
type QueryResult =
  | { kind: 'count'; totalSize: number }
  | { kind: 'rows'; rows: SRecord[]; render: Render }
  | { kind: 'aggregate'; rows: Record<string, unknown>[] };

const MAX_OFFSET = 2000;
const MAX_LENGTH = 100_000;
/** Children of one record that come with it; the rest is fetched page by page. */
const CHILD_BATCH = 200;

/** @throws RequestFault with the code and words of a real org */
export function runQuery(context: QueryContext, version: number): QueryResult {
  const query = parse(context.text);
  refuseUnsupported(context, query);
  const object = objectNamed(context, query.sObject ?? '');
  const semiJoin: SemiJoin = (inner) => semiJoinValues(context, inner);
  const where = compileFilter(context, object, query.where, semiJoin, query.sObjectAlias);
  const own = query.usingScope?.toLowerCase() === 'mine';
  const matching = (): SRecord[] =>
    matchingRecords(context, object, where).filter((record) => !own || record['OwnerId'] === context.access.userId);
  if (isPlainCount(query)) {
    const count = matching().length;
    return { kind: 'count', totalSize: query.limit === undefined ? count : Math.min(count, query.limit) };
  }
  if (isAggregate(query)) return { kind: 'aggregate', rows: aggregate(context, object, query, matching()) };
  const children: RunChildren = (subquery) => childQuery(context, object, subquery, version, semiJoin);
  const render = compileSelect(context, object, query, version, children);
  return { kind: 'rows', rows: ordered(context, object, query, matching), render };
}

function refuseUnsupported(context: QueryContext, query: Query): void {
  if (context.text.length > MAX_LENGTH)
    throw malformed(context.text, '', `SOQL statements cannot be longer than ${MAX_LENGTH} characters.`);
  const scope = query.usingScope?.toLowerCase();
  if (scope !== undefined && !['mine', 'everything'].includes(scope))
    throw context.unsupported(`SOQL USING SCOPE ${scope}`);
  if (query.withDataCategory !== undefined) throw context.unsupported('SOQL WITH DATA CATEGORY');
  if (query.update !== undefined) throw context.unsupported('SOQL UPDATE TRACKING and VIEWSTAT');
  if ((query.offset ?? 0) > MAX_OFFSET)
    throw queryFault(
      'NUMBER_OUTSIDE_VALID_RANGE',
      context.text,
      'OFFSET',
      `Maximum SOQL offset allowed is ${MAX_OFFSET}`,
    );
}

function objectNamed({ org, access, text, unsupported }: QueryContext, name: string): SObject {
  const object = org.object(name);
  if (object && access.readsObject(object.name)) return object;
  if (!object && isNotSimulated(name)) throw unsupported(`The object ${name}`);
  throw queryFault(
    'INVALID_TYPE',
    text,
    name,
    `sObject type '${name}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`,
  );
}

function matchingRecords(context: QueryContext, object: SObject, where: Filter): SRecord[] {
  const { org, access, all } = context;
  if (object.name === 'UserRecordAccess') return recordAccess(context, where);
  const { candidates } = where;
  const records = candidates
    ? candidates.map((id) => org.store.find(object, id)!)
    : all
      ? org.store.everything(object)
      : org.store.live(object);
  return records.filter((record) => where.matches(record) && access.seesRecord(object.name, record));
}

const MAX_RECORDS_OF_ACCESS = 200;

/** What users may do with records, worked out for those that the query names (Object Reference, "UserRecordAccess"). */
function recordAccess(context: QueryContext, where: Filter): SRecord[] {
  const { org, text } = context;
  const [users, records] = [where.valuesOf('UserId'), where.valuesOf('RecordId')];
  if (users?.length !== 1 || records === null || records.length > MAX_RECORDS_OF_ACCESS)
    throw malformed(text, 'UserRecordAccess', 'UserRecordAccess must be filtered by one UserId and up to 200 RecordId');
  const userId = normalizeId(String(users[0]));
  if (userId === null || !org.get('User', userId)) return [];
  return records.map((id) => org.recordAccess(userId, String(id))).filter((row) => where.matches(row));
}

function ordered(
  context: QueryContext,
  object: SObject,
  query: Query | Subquery,
  matching: () => SRecord[],
): SRecord[] {
  const clauses = [query.orderBy ?? []].flat() as OrderByClause[];
  const terms = clauses.map((clause) => {
    const term =
      'field' in clause
        ? fieldTerm(context, object, clause.field, query.sObjectAlias)
        : functionTerm(context, object, clause.fn, query.sObjectAlias);
    const { name } = term.path.field;
    if (!isSortable(term.path.field))
      throw queryFault('INVALID_FIELD', context.text, name, `field '${name}' can not be sorted in a query call`);
    return term;
  });
  const rows = sortBy(matching(), clauses, (record) => terms.map((term) => term.valueOf(record)));
  const offset = query.offset ?? 0;
  return rows.slice(offset, query.limit === undefined ? undefined : offset + query.limit);
}

function semiJoinValues(context: QueryContext, query: Query): Set<FieldValue> {
  const [field, ...rest] = query.fields ?? [];
  if (rest.length > 0 || (field?.type !== 'Field' && field?.type !== 'FieldRelationship'))
    throw malformed(context.text, '', 'A semi join sub-select must select exactly one field');
  const object = objectNamed(context, query.sObject ?? '');
  const nested: SemiJoin = () => {
    throw malformed(context.text, '', 'Nesting of semi join sub-selects is not supported');
  };
  const where = compileFilter(context, object, query.where, nested, query.sObjectAlias);
  const name = field.type === 'Field' ? field.field : [...field.relationships, field.field].join('.');
  const path = resolve(context, object, name, query.sObjectAlias);
  if (path.field.type !== 'id' && path.field.type !== 'reference')
    throw new RequestFault(
      400,
      'INVALID_QUERY_FILTER_OPERATOR',
      `The selected field '${name}' in the sub-select must be an ID or reference field`,
    );
  return new Set(matchingRecords(context, object, where).map((record) => valueAt(context, path, record)));
}

function childQuery(
  context: QueryContext,
  parent: SObject,
  subquery: Subquery,
  version: number,
  semiJoin: SemiJoin,
): ReturnType<RunChildren> {
  if (subquery.offset !== undefined) throw malformed(context.text, 'OFFSET', 'OFFSET cannot be used in the subquery');
  const { object, reference, name } = childObject(context, parent, subquery.relationshipName);
  const where = compileFilter(context, object, subquery.where, semiJoin, subquery.sObjectAlias);
  const render = compileSelect(context, object, subquery, version, null);
  return {
    name,
    rows: (record) => {
      const rows = ordered(context, object, subquery, () =>
        childrenOf(context, object, reference, record).filter((child) => where.matches(child)),
      );
      if (rows.length === 0) return null;
      if (rows.length <= CHILD_BATCH || !context.openCursor)
        return { totalSize: rows.length, done: true, records: rows.map(render) };
      const page = (from: number, to: number): unknown[] => rows.slice(from, to).map(render);
      const nextRecordsUrl = context.openCursor(rows.length, CHILD_BATCH, page);
      return { totalSize: rows.length, done: false, nextRecordsUrl, records: page(0, CHILD_BATCH) };
    },
  };
}

/** The Contact that a Person Account is does not count as one of its own: no document says that it does. */
const isPersonItself = (object: SObject, child: SRecord): boolean =>
  object.name === 'Contact' && child['IsPersonAccount'] === true;

function childrenOf({ org, access }: QueryContext, object: SObject, reference: Field, parent: SRecord): SRecord[] {
  return org
    .referencing(object, reference, parent.Id)
    .filter((child) => !isPersonItself(object, child) && access.seesRecord(object.name, child));
}
