import {
  GraphQLBoolean,
  GraphQLInputObjectType,
  GraphQLObjectType,
  GraphQLString,
  type GraphQLFieldConfigMap,
  type GraphQLResolveInfo,
} from 'graphql';
import type { Field, FieldValue, SObject, SRecord } from '../org/types.ts';
import { displayValue, isLongText, shownValue } from '../uiapi/display.ts';
import type { View, VisibleObject } from './access.ts';
import { matching, page, type Connection, type ConnectionArgs } from './connection.ts';
import type { Context } from './context.ts';
import type { InputTypes } from './inputs.ts';
import { sortRecords, writtenOrder } from './order.ts';
import { connectionType } from './records.ts';
import { kindOf, valueTypes, type Cell, type Kind } from './values.ts';

type GroupBy = Record<string, { group?: boolean | null } | null>;
type Args = ConnectionArgs & { groupBy?: GroupBy | null };
/** Records with the same values in the grouped fields. */
type Group = { object: SObject; records: SRecord[]; by: Set<Field> };
/** One field over a group; `values` without the empty ones. */
type Column = { field: Field; grouped: boolean; first: FieldValue; values: FieldValue[] };

const numeric: Kind[] = ['Int', 'Double', 'Currency', 'Percent'];
/** GraphQL docs, "Aggregate Functions for Field Types"; none for long text. */
const uncounted: Kind[] = ['Boolean', 'LongTextArea'];
const ungroupable: Kind[] = ['Double', 'Currency', 'Percent', 'DateTime', 'LongTextArea'];

const count: Field = {
  name: 'count',
  label: 'Count',
  type: 'int',
  custom: false,
  required: false,
  unique: false,
  externalId: false,
  caseSensitive: false,
  createable: false,
  updateable: false,
  filterable: false,
};

/** Sums keep the decimals of their field: binary fractions would show others. */
const rounded = (field: Field, value: number): number => Number(value.toFixed(field.scale ?? 0));

function sum({ field, values }: Column): number | null {
  return values.length === 0
    ? null
    : rounded(
        field,
        values.reduce<number>((total, value) => total + Number(value), 0),
      );
}

function extreme({ field, values }: Column, sign: 1 | -1): Cell {
  const [first, ...rest] = values;
  if (first === undefined) return { field, value: null };
  const value = rest.reduce(
    (best, one) => (best !== null && one !== null && (one > best ? 1 : -1) === sign ? one : best),
    first,
  );
  return { field, value };
}

/** The value of a field that stands for the whole group; refused where records of a group may differ. */
function common({ field, grouped, first }: Column): FieldValue {
  if (!grouped) throw new Error(`Field must be grouped or aggregated: ${field.name}`);
  return first;
}

function aggregateType(kind: Kind): GraphQLObjectType<Column, Context> {
  const value = valueTypes[kind];
  const fields: GraphQLFieldConfigMap<Column, Context> = {
    value: {
      type: value.getFields()['value']!.type as typeof GraphQLString,
      resolve: (column) => shownValue(column.field, common(column)),
    },
    displayValue: {
      type: GraphQLString,
      resolve: (column, _args, { timeZone }) => displayValue(column.field, common(column), timeZone),
    },
  };
  if (kind === 'Picklist') fields['label'] = { type: GraphQLString, resolve: common };
  if (!uncounted.includes(kind)) {
    fields['count'] = { type: valueTypes.Int, resolve: ({ values }) => ({ field: count, value: values.length }) };
    fields['countDistinct'] = {
      type: valueTypes.Int,
      resolve: ({ values }) => ({ field: count, value: new Set(values).size }),
    };
    fields['min'] = { type: value, resolve: (column) => extreme(column, -1) };
    fields['max'] = { type: value, resolve: (column) => extreme(column, 1) };
  }
  if (numeric.includes(kind)) {
    fields['sum'] = { type: value, resolve: (column): Cell => ({ field: column.field, value: sum(column) }) };
    fields['avg'] = {
      type: valueTypes.Double,
      resolve: ({ field, values }): Cell => {
        const total = values.reduce<number>((before, one) => before + Number(one), 0);
        return { field, value: values.length === 0 ? null : total / values.length };
      },
    };
  }
  return new GraphQLObjectType<Column, Context>({ name: `${kind}Aggregate`, fields });
}

const groupByClause = new GraphQLInputObjectType({
  name: 'GroupByClause',
  fields: { group: { type: GraphQLBoolean } },
});
const aggregateTypes = Object.fromEntries(
  (Object.keys(valueTypes) as Kind[]).map((kind) => [kind, aggregateType(kind)]),
) as Record<Kind, GraphQLObjectType<Column, Context>>;

function columnOf({ object, records, by }: Group, field: Field, { org, access }: Context): Column {
  const all = records.map((record) => org.value(object, record, field, access.userId));
  return { field, grouped: by.has(field), first: all[0] ?? null, values: all.filter((value) => value !== null) };
}

/** Groups of the matching records in the order asked; without `groupBy` all records are one group. */
function groupsOf(object: SObject, args: Args, context: Context, info: GraphQLResolveInfo): Connection<Group> {
  const records = matching(object, args, context);
  const names = Object.entries(args.groupBy ?? {}).flatMap(([name, clause]) => (clause?.group === true ? [name] : []));
  const by = new Set(names.map((name) => object.fields.get(name)!));
  if (by.size === 0) return { ...page([{ object, records, by }], args), totalCount: records.length };
  const order = writtenOrder(info, context);
  const loose = Object.keys(order).find((name) => !names.includes(name));
  if (loose !== undefined) throw new Error(`Ordered field must be grouped or aggregated: ${loose}`);
  const groups = new Map<string, SRecord[]>();
  for (const record of records) {
    const key = JSON.stringify([...by].map((field) => context.org.value(object, record, field, context.access.userId)));
    const group = groups.get(key);
    if (group) group.push(record);
    else groups.set(key, [record]);
  }
  // In the grouped fields any record of a group speaks for all of it.
  const byFirst = new Map([...groups.values()].map((group) => [group[0]!, group]));
  const sorted = sortRecords(object, [...byFirst.keys()], order, context);
  return page(
    sorted.map((first) => ({ object, records: byFirst.get(first)!, by })),
    args,
  );
}

function listField(
  { object, fields }: VisibleObject,
  inputs: InputTypes,
): GraphQLFieldConfigMap<unknown, Context>[string] {
  const groupBy = new GraphQLInputObjectType({
    name: `${object.name}_GroupBy`,
    fields: Object.fromEntries(
      fields
        .filter((field) => !ungroupable.includes(kindOf(field)) && !isLongText(field))
        .map(({ name }) => [name, { type: groupByClause }]),
    ),
  });
  const aggregate = new GraphQLObjectType<Group, Context>({
    name: `${object.name}Aggregate`,
    fields: Object.fromEntries(
      fields.map((field) => [
        field.name,
        {
          type: aggregateTypes[kindOf(field)],
          resolve: (group: Group, _args: unknown, context: Context) => columnOf(group, field, context),
        },
      ]),
    ),
  });
  const node = new GraphQLObjectType<Group, Context>({
    name: `${object.name}Result`,
    fields: { aggregate: { type: aggregate, resolve: (group) => group } },
  });
  const { upperBound: _none, ...args } = inputs.args(object.name, true);
  return {
    type: connectionType(`${object.name}Aggregate`, node),
    args: { ...args, groupBy: { type: groupBy } },
    resolve: (_source, given, context, info) => groupsOf(object, given as Args, context, info),
  };
}

/** `aggregate { <Object>(groupBy, where, orderBy, first) { edges { node { aggregate { … } } } } }` of a view. */
export function aggregateQuery(view: View, inputs: InputTypes): GraphQLObjectType<unknown, Context> {
  return new GraphQLObjectType<unknown, Context>({
    name: 'RecordQueryAggregate',
    fields: Object.fromEntries([...view].map(([name, visible]) => [name, listField(visible, inputs)])),
  });
}
