import type { Query } from '@jetstreamapp/soql-parser-js';
import { parse } from '../../soql/parse.ts';
import type { ToolingRow } from './tables.ts';

/** Something that the Tooling API can do and this does not. */
export class NotSimulated extends Error {}
/** A field that no row has. */
export class NoSuchColumn extends Error {}

type Value = ToolingRow[string];

function valueAt(row: ToolingRow, path: string): Value {
  let at: Value = row;
  for (const step of path.split('.')) {
    if (typeof at !== 'object' || at === null) return null;
    const name: string | undefined = Object.keys(at).find((key) => key.toLowerCase() === step.toLowerCase());
    if (name === undefined) throw new NoSuchColumn(step);
    at = at[name]!;
  }
  return at;
}

function literal(text: string): string | number | boolean | null {
  if (/^'.*'$/s.test(text)) return text.slice(1, -1).replaceAll("\\'", "'");
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  return /^null$/i.test(text) ? null : Number(text);
}

const same = (value: Value, text: string): boolean => {
  const wanted = literal(text);
  return typeof value === 'string' && typeof wanted === 'string'
    ? value.toLowerCase() === wanted.toLowerCase()
    : value === wanted;
};

type Where = NonNullable<Query['where']>;

function meets(row: ToolingRow, where: Where): boolean {
  const { left } = where;
  if (left === null || !('field' in left) || !('value' in left) || left.openParen)
    throw new NotSimulated('this condition');
  const value = valueAt(row, left.field);
  const texts = [left.value].flat().map(String);
  const equal = texts.some((text) => same(value, text));
  const results: Readonly<Record<string, boolean>> = {
    '=': equal,
    IN: equal,
    '!=': !equal,
    '<>': !equal,
    'NOT IN': !equal,
  };
  const met = results[left.operator];
  if (met === undefined) throw new NotSimulated(`the operator ${left.operator}`);
  if (!('right' in where) || where.right === undefined) return met;
  if (where.operator === 'AND') return met && meets(row, where.right);
  if (where.operator === 'OR') return met || meets(row, where.right);
  throw new NotSimulated(`the operator ${where.operator}`);
}

/** Simple fields and paths, conditions of equality, LIMIT. @returns object asked for, and how its rows are shown */
export function readToolingQuery(text: string): { object: string; run(rows: readonly ToolingRow[]): ToolingRow[] } {
  const query = parse(text);
  const object = query.sObject ?? '';
  if (query.groupBy || query.having || query.offset) throw new NotSimulated('GROUP BY, HAVING or OFFSET');
  const paths = (query.fields ?? []).map((field) => {
    if (field.type === 'Field') return field.field;
    if (field.type === 'FieldRelationship') return [...field.relationships, field.field].join('.');
    throw new NotSimulated(`a field of the kind ${field.type}`);
  });
  const show = (row: ToolingRow): ToolingRow => {
    const shown: ToolingRow = { attributes: row['attributes']! };
    for (const path of paths) {
      const steps = path.split('.');
      const parents = steps.slice(0, -1);
      let into = shown;
      const missing = parents.findIndex((_step, at) => valueAt(row, parents.slice(0, at + 1).join('.')) === null);
      const kept = missing < 0 ? parents : parents.slice(0, missing);
      for (const step of kept) into = (into[step] ??= {}) as ToolingRow;
      into[missing < 0 ? steps.at(-1)! : steps[missing]!] = missing < 0 ? valueAt(row, path) : null;
    }
    return shown;
  };
  return {
    object,
    run(rows) {
      const met = rows.filter((row) => !query.where || meets(row, query.where));
      return met.slice(0, query.limit ?? met.length).map(show);
    },
  };
}
