import {
  GraphQLBoolean,
  GraphQLID,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLObjectType,
  GraphQLString,
  type GraphQLInputType,
  type GraphQLScalarType,
} from 'graphql';
import type { Field, FieldValue } from '../org/types.ts';
import { displayValue, isLongText, shownValue } from '../uiapi/display.ts';
import { dateInput, dateTimeInput } from './dates.ts';
import type { Context } from './context.ts';
import { scalars } from './scalars.ts';

/** Source of a value type. */
export type Cell = { field: Field; value: FieldValue };

export type Kind =
  | 'String'
  | 'TextArea'
  | 'LongTextArea'
  | 'Email'
  | 'PhoneNumber'
  | 'Url'
  | 'ID'
  | 'Boolean'
  | 'Int'
  | 'Double'
  | 'Currency'
  | 'Percent'
  | 'Date'
  | 'DateTime'
  | 'Time'
  | 'Picklist'
  | 'MultiPicklist';

export const scalarOf: Record<Kind, GraphQLScalarType> = {
  ...scalars,
  String: GraphQLString,
  ID: GraphQLID,
  Boolean: GraphQLBoolean,
  Int: GraphQLInt,
};

/** Which of the value types a field has. */
export function kindOf(field: Field): Kind {
  switch (field.type) {
    case 'id':
    case 'reference':
      return 'ID';
    case 'textarea':
      return isLongText(field) ? 'LongTextArea' : 'TextArea';
    case 'email':
      return 'Email';
    case 'phone':
      return 'PhoneNumber';
    case 'url':
      return 'Url';
    case 'boolean':
      return 'Boolean';
    case 'double':
      return 'Double';
    case 'int':
      return 'Int';
    case 'percent':
      return 'Percent';
    case 'currency':
      return 'Currency';
    case 'date':
      return 'Date';
    case 'datetime':
      return 'DateTime';
    case 'time':
      return 'Time';
    case 'picklist':
      return 'Picklist';
    case 'multipicklist':
      return 'MultiPicklist';
    case 'string':
      return 'String';
  }
}

export const fieldValue = new GraphQLInterfaceType({
  name: 'FieldValue',
  fields: { displayValue: { type: GraphQLString } },
});

function valueType(kind: Kind): GraphQLObjectType<Cell, Context> {
  return new GraphQLObjectType<Cell, Context>({
    name: `${kind}Value`,
    interfaces: [fieldValue],
    fields: {
      value: { type: scalarOf[kind], resolve: ({ field, value }) => shownValue(field, value) },
      displayValue: {
        type: GraphQLString,
        resolve: ({ field, value }, _args, { timeZone }) => displayValue(field, value, timeZone),
      },
      ...(kind === 'Picklist'
        ? { label: { type: GraphQLString, resolve: ({ field, value }: Cell) => displayValue(field, value, 'UTC') } }
        : {}),
    },
  });
}

const kinds = Object.keys(scalarOf) as Kind[];

/** `StringValue`, `DateValue` …: `{value displayValue}`, PicklistValue with `label` too. */
export const valueTypes = Object.fromEntries(kinds.map((kind) => [kind, valueType(kind)])) as Record<
  Kind,
  GraphQLObjectType<Cell, Context>
>;

const operand: Record<Kind, GraphQLInputType> = { ...scalarOf, Date: dateInput, DateTime: dateTimeInput };
const withLike: Kind[] = ['String', 'TextArea', 'Email', 'PhoneNumber', 'Url', 'Picklist'];
const nameOf: Partial<Record<Kind, string>> = { ID: 'Id', Int: 'Integer' };

function operatorsType(kind: Kind): GraphQLInputObjectType {
  const one = { type: operand[kind] };
  const many = { type: new GraphQLList(operand[kind]) };
  return new GraphQLInputObjectType({
    name: `${nameOf[kind] ?? kind}Operators`,
    fields:
      kind === 'Boolean'
        ? { eq: one, ne: one }
        : {
            ...{ eq: one, ne: one, lt: one, lte: one, gt: one, gte: one, in: many, nin: many },
            ...(withLike.includes(kind) ? { like: one } : {}),
          },
  });
}

/** `StringOperators`, `IdOperators` … as the schema of a real org has them, without joins and date functions. */
export const operatorTypes = Object.fromEntries(kinds.map((kind) => [kind, operatorsType(kind)])) as Record<
  Kind,
  GraphQLInputObjectType
>;
