import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped } from 'graphql';

function scalar(name: string, check: (value: unknown) => unknown): GraphQLScalarType {
  const parse = (value: unknown) => {
    const parsed = check(value);
    if (parsed === undefined) throw new GraphQLError(`${JSON.stringify(value)} is not a valid '${name}'`);
    return parsed;
  };
  return new GraphQLScalarType({
    name,
    serialize: (value) => value,
    parseValue: parse,
    parseLiteral: (node, variables) =>
      // An enum literal would otherwise read as text: `eq: Open` is refused as by the real API.
      parse(node.kind === Kind.ENUM ? undefined : valueFromASTUntyped(node, variables)),
  });
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
const decimal = (value: unknown) => {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return undefined;
  return Number.isFinite(Number(value)) ? Number(value) : undefined;
};
const date = (value: unknown) => {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined;
  const midnight = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(value) ? value : undefined;
};
const instant = (value: unknown) =>
  typeof value === 'string' &&
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/.test(value) &&
  !Number.isNaN(Date.parse(value))
    ? new Date(value).toISOString()
    : undefined;

/** Scalars of the Salesforce schema beside GraphQL's own (names as in schemas generated from real orgs). */
export const scalars = {
  Double: scalar('Double', decimal),
  Currency: scalar('Currency', decimal),
  Percent: scalar('Percent', decimal),
  Long: scalar('Long', (value) => (Number.isSafeInteger(value) ? value : undefined)),
  Date: scalar('Date', date),
  DateTime: scalar('DateTime', instant),
  Time: scalar('Time', text),
  Picklist: scalar('Picklist', text),
  MultiPicklist: scalar('MultiPicklist', text),
  TextArea: scalar('TextArea', text),
  LongTextArea: scalar('LongTextArea', text),
  Email: scalar('Email', text),
  PhoneNumber: scalar('PhoneNumber', text),
  Url: scalar('Url', text),
};
