import type {
  FieldFunctionExpression,
  FunctionExp,
  GroupByClause,
  HavingClause,
  OrderByClause,
  Query,
  ValueCondition,
} from '@jetstreamapp/soql-parser-js';
import type { FieldValue, SObject, SRecord } from '../org/types.ts';
import { evaluate, treeOf } from './conditions.ts';
import { malformed, queryFault } from './fault.ts';
import { comparable } from './filter.ts';
import { resolve, valueAt, type FieldPath, type QueryContext } from './names.ts';
import { sortBy } from './order.ts';

type Group = { keys: FieldValue[]; records: SRecord[] };
/** Value of one column for one group. */
type Column = (group: Group) => FieldValue;

const FUNCTIONS = ['COUNT', 'COUNT_DISTINCT', 'SUM', 'AVG', 'MIN', 'MAX'];

export const isAggregate = (query: Query): boolean =>
  query.groupBy !== undefined ||
  (query.fields ?? []).some((field) => field.type === 'FieldFunctionExpression' && field.isAggregateFn === true);

/** `SELECT COUNT() FROM X`: the number is `totalSize` and there are no records. */
export function isPlainCount(query: Query): boolean {
  const [field, ...rest] = query.fields ?? [];
  return (
    field?.type === 'FieldFunctionExpression' &&
    field.functionName.toUpperCase() === 'COUNT' &&
    field.parameters.length === 0 &&
    rest.length === 0
  );
}

function functionColumn(context: QueryContext, object: SObject, fn: FunctionExp | FieldFunctionExpression): Column {
  const name = (fn.functionName ?? '').toUpperCase();
  const [parameter] = fn.parameters ?? [];
  if (!FUNCTIONS.includes(name)) throw context.unsupported(`SOQL function ${fn.rawValue ?? name}`);
  if (typeof parameter !== 'string')
    throw malformed(context.text, fn.functionName ?? '', `${name} needs one field when there are other columns`);
  const path = resolve(context, object, parameter);
  const number = ['double', 'int', 'percent', 'currency'].includes(path.field.type);
  if ((name === 'SUM' || name === 'AVG') && !number)
    throw queryFault(
      'INVALID_FIELD',
      context.text,
      parameter,
      `field ${path.field.name} does not support aggregate operator ${name}`,
    );
  return ({ records }) => {
    const values = records.map((record) => valueAt(context, path, record)).filter((value) => value !== null);
    if (name === 'COUNT') return values.length;
    if (name === 'COUNT_DISTINCT') return new Set(values.map((value) => comparable(path.field, value))).size;
    if (values.length === 0) return null;
    if (name === 'MIN') return values.reduce((least, value) => (value < least ? value : least));
    if (name === 'MAX') return values.reduce((most, value) => (value > most ? value : most));
    const sum = values.reduce<number>((total, value) => total + Number(value), 0);
    return name === 'SUM' ? round(sum) : round(sum / values.length);
  };
}

/** Sums of stored decimals carry no more than 9 of them; the rest is noise of binary floats. */
const round = (value: number): number => Number(value.toFixed(9));

function groupsOf(context: QueryContext, paths: readonly FieldPath[], records: readonly SRecord[]): Group[] {
  if (paths.length === 0) return [{ keys: [], records: [...records] }];
  const groups = new Map<string, Group>();
  for (const record of records) {
    const keys = paths.map((path) => valueAt(context, path, record));
    const id = JSON.stringify(keys);
    const group = groups.get(id);
    if (group) group.records.push(record);
    else groups.set(id, { keys, records: [record] });
  }
  return [...groups.values()];
}

/**
 * Runs a query with aggregates over the records that match its WHERE.
 * @throws RequestFault as Salesforce refuses it
 */
export function aggregate(
  context: QueryContext,
  object: SObject,
  query: Query,
  records: readonly SRecord[],
): Record<string, unknown>[] {
  const grouping = [query.groupBy ?? []].flat() as GroupByClause[];
  const paths = grouping.map((clause) => {
    if (!('field' in clause)) throw context.unsupported('SOQL function in GROUP BY');
    return resolve(context, object, clause.field, query.sObjectAlias);
  });
  const groupedColumn = (name: string): Column => {
    const { field, parents } = resolve(context, object, name, query.sObjectAlias);
    const at = paths.findIndex((path) => path.field === field && path.parents.length === parents.length);
    if (at < 0) throw malformed(context.text, name, `Field must be grouped or aggregated: ${field.name}`);
    return ({ keys }) => keys[at] ?? null;
  };
  let unnamed = 0;
  const columns = (query.fields ?? []).map((field): { name: string; column: Column } => {
    if (field.type === 'FieldFunctionExpression')
      return { name: field.alias ?? `expr${unnamed++}`, column: functionColumn(context, object, field) };
    if (field.type !== 'Field' && field.type !== 'FieldRelationship')
      throw malformed(context.text, '', 'Subqueries cannot be used with aggregates');
    const path = field.type === 'Field' ? field.field : [...field.relationships, field.field].join('.');
    return { name: ('alias' in field ? field.alias : undefined) ?? field.field, column: groupedColumn(path) };
  });
  const columnOf = (clause: OrderByClause | ValueCondition | { fn: FunctionExp }): Column =>
    'fn' in clause ? functionColumn(context, object, clause.fn) : groupedColumn(clause.field);

  let groups = groupsOf(context, paths, records);
  if (query.having) groups = having(context, query.having, groups, columnOf);
  const order = [query.orderBy ?? []].flat() as OrderByClause[];
  const keys = order.map(columnOf);
  const sorted = sortBy(groups, order, (group) => keys.map((column) => column(group)));
  const offset = query.offset ?? 0;
  return sorted.slice(offset, query.limit === undefined ? undefined : offset + query.limit).map((group) => ({
    attributes: { type: 'AggregateResult' },
    ...Object.fromEntries(columns.map(({ name, column }) => [name, column(group)])),
  }));
}

function having(
  context: QueryContext,
  clause: HavingClause,
  groups: Group[],
  columnOf: (condition: ValueCondition | { fn: FunctionExp }) => Column,
): Group[] {
  const tree = treeOf<ValueCondition>(clause, context.text);
  return groups.filter((group) =>
    evaluate(tree, (condition) => {
      const [value, text] = [columnOf(condition)(group), [condition.value].flat()[0] ?? ''];
      const wanted = text.startsWith("'") ? text.slice(1, -1) : Number(text);
      switch (condition.operator) {
        case '=':
          return value === wanted;
        case '!=':
          return value !== wanted;
        case '>':
          return value !== null && value > wanted;
        case '>=':
          return value !== null && value >= wanted;
        case '<':
          return value !== null && value < wanted;
        case '<=':
          return value !== null && value <= wanted;
        default:
          throw context.unsupported(`SOQL ${condition.operator} in HAVING`);
      }
    }),
  );
}
