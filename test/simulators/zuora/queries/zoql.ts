import type { Field, QueryObject, Rec } from '../objectQuery/define.ts';
import { objectByName } from '../objectQuery/objects.ts';
import type { Tenant } from '../tenant.ts';
import { holds, like, order, type Literal } from './compare.ts';

/** A query that ZOQL cannot run; the code is what clients look at. */
export class ZoqlFault extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const malformed = (message: string): never => {
  throw new ZoqlFault('MALFORMED_QUERY', message);
};

const mostConditions = 200;

type Condition = { field: string; operator: string; literal: Literal };

export type Zoql = { fields: string[]; object: string; alternatives: Condition[][] };

const literalPattern = `'(?:[^'\\\\]|\\\\.)*'|-?\\d+(?:\\.\\d+)?|null|true|false`;
const conditionPattern = new RegExp(`^\\s*([\\w.]+)\\s*(=|!=|<>|<=|>=|<|>|like\\b)\\s*(${literalPattern})`, 's');

function literalOf(text: string): Literal {
  if (text.startsWith("'")) return text.slice(1, -1).replace(/\\(.)/g, '$1');
  if (text === 'null') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  return Number(text);
}

/**
 * Parses `select A, B from Object where x = 1 and y like 'a%' or z != null`. Keywords in lower case; no join, `*`, in,
 * order by, aggregate or parenthesis; AND binds first (Zuora docs, "ZOQL").
 */
function parseZoql(text: string): Zoql {
  const match = /^\s*select\s+(.+?)\s+from\s+(\w+)\s*(?:where\s+(.+?))?\s*;?\s*$/s.exec(text);
  if (!match) return malformed('You have an error in your ZOQL syntax');
  const [, list, object, where] = match as unknown as [string, string, string, string | undefined];
  const fields = list.split(',').map((one) => one.trim());
  for (const field of fields) if (!/^[\w.]+$/.test(field)) malformed(`invalid field '${field}' in the select list`);
  if (where === undefined) return { fields, object, alternatives: [] };
  const alternatives: Condition[][] = [[]];
  let rest = where;
  for (let count = 1; ; count++) {
    if (count > mostConditions) malformed(`more than ${mostConditions} conditions`);
    const found = conditionPattern.exec(rest);
    if (!found) return malformed(`unexpected '${rest.slice(0, 20)}'`);
    const [whole, field, operator, literal] = found as unknown as [string, string, string, string];
    if (operator === 'like' && !/^'(%[^%]*|[^%]*%)'$/s.test(literal)) malformed('like takes a prefix or a suffix only');
    alternatives.at(-1)!.push({ field, operator, literal: literalOf(literal) });
    rest = rest.slice(whole.length).trimStart();
    if (rest === '') return { fields, object, alternatives };
    const joined = /^(and|or)\s+/.exec(rest);
    if (!joined) return malformed(`unexpected '${rest.slice(0, 20)}'`);
    if (joined[1] === 'or') alternatives.push([]);
    rest = rest.slice(joined[0].length);
  }
}

/** PascalCase, as ZOQL and CRUD spell fields. */
export const pascal = (name: string): string => name[0]!.toUpperCase() + name.slice(1);

/** A value as ZOQL and CRUD print it: instants in the tenant's zone, with its offset. */
export const printed = (tenant: Tenant, value: unknown): unknown =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(value)
    ? tenant.offsetDateTime(Date.parse(value))
    : value;

/** A field of an object, or of one above it (`Account.Name`) where the query may join. */
function fieldOf(tenant: Tenant, object: QueryObject, path: string, joins: boolean): Field {
  const [first = '', second] = path.split('.');
  if (second === undefined || first.toLowerCase() === object.name.toLowerCase()) {
    const field = object.fields(tenant).get((second ?? first).toLowerCase());
    return field ?? unknownField(path);
  }
  const name = Object.keys(object.expands).find((one) => one.toLowerCase() === first.toLowerCase());
  const expand = name === undefined ? undefined : object.expands[name];
  const above = joins && expand && 'one' in expand ? expand : undefined;
  const field = above && objectByName(first)?.fields(tenant).get(second.toLowerCase());
  if (!above || !field) return unknownField(path);
  return {
    name: path,
    of: (record) => {
      const one = above.one(tenant, record);
      return one ? field.of(one) : null;
    },
  };
}

const unknownField = (path: string): never => {
  throw new ZoqlFault('INVALID_FIELD', `invalid field for query: ${path}`);
};

const passes = (tenant: Tenant, { operator, literal }: Condition, value: unknown): boolean => {
  if (literal === null) return (operator === '=') === (value === null);
  if (operator === 'like') return like(value, String(literal));
  if (value === null) return operator === '!=' || operator === '<>';
  const found = order(tenant, value, literal);
  return found !== undefined && holds[operator]!(found);
};

/** Rows of a query as values by the text of each field; null for what is absent. */
export function runZoql(
  tenant: Tenant,
  text: string,
  joins: boolean,
): { fields: string[]; object: QueryObject; rows: { record: Rec; values: unknown[] }[] } {
  const query = parseZoql(text);
  const object = objectByName(query.object);
  if (!object || (!object.zoql && !joins))
    throw new ZoqlFault('INVALID_TYPE', `invalid type for query: ${query.object}`);
  const fields = query.fields.map((path) => fieldOf(tenant, object, path, joins));
  const alternatives = query.alternatives.map((conditions) =>
    conditions.map((condition) => ({ condition, field: fieldOf(tenant, object, condition.field, joins) })),
  );
  const rows = object
    .records(tenant)
    .filter(
      (record) =>
        alternatives.length === 0 ||
        alternatives.some((all) => all.every(({ condition, field }) => passes(tenant, condition, field.of(record)))),
    )
    .map((record) => ({ record, values: fields.map((field) => field.of(record)) }));
  return { fields: query.fields, object, rows };
}
