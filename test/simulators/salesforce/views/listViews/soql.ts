import type { Field } from '../../org/types.ts';
import type { Tree } from '../../soql/conditions.ts';
import { valuesOf } from '../criteria/criterion.ts';
import { dateLiteral, daysOf, isRelative } from '../criteria/relativeDates.ts';
import type { ListColumn } from './columns.ts';
import type { ListFilter, ListView } from './listViews.ts';

/** A condition as the description of a list view gives it (REST API Developer Guide, "List View Describe"). */
export type Condition =
  | { field: string; operator: string; values: string[] }
  | { conjunction: 'and' | 'or'; conditions: Condition[] }
  | { not: Condition };

const ORDERED: Readonly<Record<string, string>> = {
  lessThan: '<',
  lessOrEqual: '<=',
  greaterThan: '>',
  greaterOrEqual: '>=',
};
const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;
const isDate = ({ type }: Field): boolean => type === 'date' || type === 'datetime';

function literal(field: Field, text: string): string {
  if (text === '') return 'null';
  if (['double', 'int', 'percent', 'currency'].includes(field.type)) return text.replace(/[$,%]/g, '');
  if (field.type === 'boolean') return /^(?:1|true)$/i.test(text) ? 'true' : 'false';
  if (!isDate(field)) return quoted(text);
  if (isRelative(text)) return dateLiteral(text);
  const { from } = daysOf(text, new Date(0))!;
  return field.type === 'date' ? from : `${from}T00:00:00Z`;
}

function conditionOf({ column, operator, value }: ListFilter): Condition {
  const { field } = column.path;
  const values = valuesOf(value);
  const one = (operatorText: string, list: string[]): Condition => ({
    field: column.name,
    operator: operatorText,
    values: list,
  });
  const literals = values.map((text) => literal(field, text));
  const like = (pattern: (text: string) => string): Condition => {
    const conditions = values.map((text) => one('like', [quoted(pattern(text.replace(/[%_]/g, '\\$&')))]));
    return conditions.length === 1 ? conditions[0]! : { conjunction: 'or', conditions };
  };
  const days = field.type === 'datetime' && value !== '' && !isRelative(value);
  switch (operator) {
    case 'equals':
      if (days) return dayCondition(column, value);
      return literals.length === 1 ? one('equals', literals) : one('in', literals);
    case 'notEqual':
      if (days) return { not: dayCondition(column, value) };
      return literals.length === 1 ? one('notEqual', literals) : one('notIn', literals);
    case 'contains':
      return like((text) => `%${text}%`);
    case 'notContain':
      return { not: like((text) => `%${text}%`) };
    case 'startsWith':
      return like((text) => `${text}%`);
    default:
      return one(operator, literals);
  }
}

/** A day of a date and time is a span. */
function dayCondition({ name }: ListColumn, value: string): Condition {
  const { from, to } = daysOf(value, new Date(0))!;
  return {
    conjunction: 'and',
    conditions: [
      { field: name, operator: 'greaterThanOrEqualTo', values: [`${from}T00:00:00Z`] },
      { field: name, operator: 'lessThan', values: [`${to}T00:00:00Z`] },
    ],
  };
}

const conditionOfTree = (tree: Tree<number>, filters: readonly ListFilter[]): Condition => {
  if (tree.kind === 'condition') return conditionOf(filters[tree.condition]!);
  if (tree.kind === 'not') return { not: conditionOfTree(tree.operand, filters) };
  return { conjunction: tree.kind, conditions: tree.operands.map((one) => conditionOfTree(one, filters)) };
};

/** Null for a view that filters nothing. */
export const whereCondition = ({ logic, filters }: ListView): Condition | null =>
  filters.length === 0 ? null : conditionOfTree(logic, filters);

const SIGNS: Readonly<Record<string, string>> = {
  ...ORDERED,
  greaterThanOrEqualTo: '>=',
  equals: '=',
  notEqual: '!=',
  like: 'LIKE',
  in: 'IN',
  notIn: 'NOT IN',
  includes: 'INCLUDES',
  excludes: 'EXCLUDES',
};

function text(condition: Condition): string {
  if ('not' in condition) return `(NOT ${text(condition.not)})`;
  if ('conditions' in condition) {
    const parts = condition.conditions.map(text);
    return parts.length === 1 ? parts[0]! : `(${parts.join(` ${condition.conjunction.toUpperCase()} `)})`;
  }
  const { field, operator, values } = condition;
  const list = ['in', 'notIn', 'includes', 'excludes'].includes(operator) ? `(${values.join(', ')})` : values[0]!;
  return `${field} ${SIGNS[operator]} ${list}`;
}

const HIDDEN = ['Id', 'CreatedDate', 'LastModifiedDate', 'SystemModstamp'];

/** The query that gives the records of the view to whoever asks. */
export function soqlOf(view: ListView, columns: readonly ListColumn[], userId: string): string {
  const names = [...new Set([...columns.map(({ name }) => name), ...HIDDEN])];
  const where = whereCondition(view);
  const conditions = [
    ...(view.scope === 'mine' ? [`OwnerId = ${quoted(userId)}`] : []),
    ...(where ? [text(where)] : []),
  ];
  const clause = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const { name, nameField } = view.object;
  const order = nameField === null ? 'Id ASC' : `${nameField} ASC NULLS FIRST, Id ASC NULLS FIRST`;
  return `SELECT ${names.join(', ')} FROM ${name}${clause} ORDER BY ${order}`;
}

export const hiddenColumns = (columns: readonly ListColumn[]): string[] =>
  HIDDEN.filter((name) => !columns.some((column) => column.name === name));
