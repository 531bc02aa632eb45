import type { ConditionWithValueQuery, LiteralType, WhereClause } from '@jetstreamapp/soql-parser-js';
import { normalizeId } from '../org/ids.ts';
import { toDateTime } from '../org/values.ts';
import type { Field, FieldValue, SObject, SRecord } from '../org/types.ts';
import { evaluate, treeOf, type Tree } from './conditions.ts';
import { periodOf } from './dateLiterals.ts';
import { malformed, queryFault } from './fault.ts';
import type { QueryContext } from './names.ts';
import { fieldTerm, functionTerm, type Term } from './terms.ts';

/** A literal in the form in which values are stored; `to` for date literals, which stand for a period. */
type Literal = { value: FieldValue; to?: string };
type Test = (value: FieldValue) => boolean;
type Compiled = { term: Term; test: Test; equals: readonly FieldValue[] | null };
export type Filter = {
  matches(record: SRecord): boolean;
  /** Ids among which all matches are; null when no index helps. */
  candidates: readonly string[] | null;
  /** Values of which every match has one in this own field; null when nothing says so. */
  valuesOf(field: string): readonly FieldValue[] | null;
};
/** Works a semi-join out: the values of its one field. */
export type SemiJoin = (
  query: Extract<ConditionWithValueQuery, { valueQuery: unknown }>['valueQuery'],
) => Set<FieldValue>;

const ORDERED = ['<', '<=', '>', '>='];
const NUMBERS: readonly Field['type'][] = ['double', 'int', 'percent', 'currency'];

/** Text as it is compared: without case unless the field minds it. */
export function comparable(field: Field, value: FieldValue): FieldValue {
  return typeof value === 'string' && !field.caseSensitive && isText(field) ? value.toLowerCase() : value;
}

const isText = (field: Field): boolean =>
  !NUMBERS.includes(field.type) && !['boolean', 'date', 'datetime', 'time', 'id', 'reference'].includes(field.type);

const unquote = (text: string): string =>
  text.slice(1, -1).replace(/\\(.)/g, (_, char: string) => ({ n: '\n', r: '\r', t: '\t' })[char] ?? char);

function literalOf(context: QueryContext, field: Field, text: string, type: LiteralType | undefined): Literal {
  const wrong = (what: string): never => {
    const message = `value of filter criterion for field '${field.name}' must be of type ${what}`;
    throw queryFault('INVALID_FIELD', context.text, field.name, message);
  };
  if (type === 'NULL') return { value: null };
  if (type === 'APEX_BIND_VARIABLE') throw malformed(context.text, text, `unexpected token: '${text}'`);
  if (field.type === 'boolean') return type === 'BOOLEAN' ? { value: text.toUpperCase() === 'TRUE' } : wrong('boolean');
  if (NUMBERS.includes(field.type))
    return type === 'INTEGER' || type === 'DECIMAL'
      ? { value: Number(text) }
      : wrong('double and should not be enclosed in quotes');
  if (field.type === 'date' || field.type === 'datetime') return dateLiteral(context, field, text, type, wrong);
  if (type !== 'STRING') return wrong('string and should be enclosed in quotes');
  const value = unquote(text);
  if (field.type !== 'id' && field.type !== 'reference') return { value: comparable(field, value) };
  const id = normalizeId(value);
  if (id === null)
    throw queryFault('INVALID_QUERY_FILTER_OPERATOR', context.text, field.name, `invalid ID field: ${value}`);
  return { value: id };
}

function dateLiteral(
  context: QueryContext,
  field: Field,
  text: string,
  type: LiteralType | undefined,
  wrong: (what: string) => never,
): Literal {
  const date = field.type === 'date';
  if (type === 'DATE_LITERAL' || type === 'DATE_N_LITERAL') {
    const period = periodOf(text, context.org.clock.now());
    if (!period) throw context.unsupported(`SOQL date literal ${text}`);
    const show = (at: Date): string => (date ? at.toISOString().slice(0, 10) : toDateTime(at));
    return { value: show(period.from), to: show(period.to) };
  }
  if (date) return type === 'DATE' ? { value: text } : wrong('date and should not be enclosed in quotes');
  if (type !== 'DATETIME') return wrong('dateTime and should not be enclosed in quotes');
  return { value: toDateTime(new Date(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'))) };
}

function comparison(operator: string, literal: Literal): Test {
  const { value: from, to } = literal;
  switch (operator) {
    case '=':
      return to === undefined ? (value) => value === from : (value) => value !== null && value >= from! && value < to;
    case '!=':
      return to === undefined ? (value) => value !== from : (value) => value === null || value < from! || value >= to;
    case '<':
      return (value) => value !== null && from !== null && value < from;
    case '<=':
      return (value) => value !== null && from !== null && (to === undefined ? value <= from : value < to);
    case '>':
      return (value) => value !== null && from !== null && (to === undefined ? value > from : value >= to);
    default:
      return (value) => value !== null && from !== null && value >= from;
  }
}

function like(pattern: string): Test {
  const source = pattern.replace(
    /\\([%_\\])|([%_])|([.*+?^${}()|[\]\\])/g,
    (_, escaped?: string, wild?: string, special?: string) =>
      escaped !== undefined
        ? escaped.replace(/\\/, '\\\\')
        : wild !== undefined
          ? wild === '%'
            ? '[^]*'
            : '[^]'
          : `\\${special}`,
  );
  const expression = new RegExp(`^${source}$`, 'i');
  return (value) => typeof value === 'string' && expression.test(value);
}

/** `('a;b', 'c')`: both a and b, or c. */
function chosenValues(texts: readonly string[]): Test {
  const wanted = texts.map((text) => unquote(text).toLowerCase().split(';'));
  return (value) => {
    const chosen = value === null ? [] : String(value).toLowerCase().split(';');
    return wanted.some((all) => all.every((one) => chosen.includes(one)));
  };
}

function compileCondition(
  context: QueryContext,
  object: SObject,
  condition: ConditionWithValueQuery,
  semiJoin: SemiJoin,
  alias: string | undefined,
): Compiled {
  if (!('fn' in condition) && !('field' in condition)) throw malformed(context.text, '', 'unexpected token: NOT');
  const name = 'fn' in condition ? (condition.fn.functionName ?? '') : condition.field;
  const term =
    'fn' in condition
      ? functionTerm(context, object, condition.fn, alias)
      : fieldTerm(context, object, condition.field, alias);
  const { field } = term;
  if (term.fn === 'FORMAT') throw malformed(context.text, name, `unexpected token: '${name}'`);
  if (!term.path.field.filterable)
    throw queryFault(
      'INVALID_FIELD',
      context.text,
      name,
      `field '${term.path.field.name}' can not be filtered in a query call`,
    );
  const { operator } = condition;
  if ('valueQuery' in condition) {
    if (field.type !== 'id' && field.type !== 'reference')
      throw queryFault('INVALID_QUERY_FILTER_OPERATOR', context.text, name, 'invalid operator on string field');
    const values = semiJoin(condition.valueQuery);
    const inside: Test = (value) => value !== null && values.has(value);
    return operator === 'IN'
      ? { term, test: inside, equals: [...values] }
      : { term, test: (value) => !inside(value), equals: null };
  }
  const texts = [condition.value].flat();
  const types = [condition.literalType].flat();
  const typeAt = (at: number): LiteralType | undefined => types[at] ?? types[0];
  if (operator === 'LIKE') {
    if (!isText(field) || typeAt(0) !== 'STRING')
      throw queryFault('INVALID_QUERY_FILTER_OPERATOR', context.text, name, 'invalid operator on id field');
    return { term, test: like(texts[0]!.slice(1, -1).replace(/\\(['"])/g, '$1')), equals: null };
  }
  const operatorFault = (): Error =>
    queryFault('INVALID_QUERY_FILTER_OPERATOR', context.text, name, `invalid operator on ${field.type} field`);
  if (operator === 'INCLUDES' || operator === 'EXCLUDES') {
    if (field.type !== 'multipicklist') throw operatorFault();
    const includes = chosenValues(texts);
    const test: Test = (value) => includes(value) === (operator === 'INCLUDES');
    return { term, test, equals: null };
  }
  const literals = texts.map((text, at) => literalOf(context, field, text, typeAt(at)));
  if (operator === 'IN' || operator === 'NOT IN') {
    const values = new Set(literals.map((literal) => literal.value));
    const inside: Test = (value) => values.has(comparable(field, value));
    return operator === 'IN'
      ? { term, test: inside, equals: [...values] }
      : { term, test: (value) => !inside(value), equals: null };
  }
  if (ORDERED.includes(operator) && ['boolean', 'id', 'reference', 'multipicklist'].includes(field.type))
    throw operatorFault();
  const compare = comparison(operator, literals[0]!);
  const equals = operator === '=' && literals[0]!.to === undefined ? [literals[0]!.value] : null;
  return { term, test: (value) => compare(comparable(field, value)), equals };
}

/** Ids that an index gives for a condition on the object's own field. */
function indexed(context: QueryContext, object: SObject, { term, equals }: Compiled): readonly string[] | null {
  const { path } = term;
  if (term.fn !== null || path.parents.length > 0 || equals === null) return null;
  if (equals.includes(null) || context.all) return null;
  if (path.field.type === 'id') return equals.map(String).filter((id) => context.org.get(object.name, id) !== null);
  return context.org.store.isIndexed(path.field)
    ? [...new Set(equals.flatMap((value) => context.org.store.holding(path.field, value)))]
    : null;
}

const MAX_SEMI_JOINS = 2;

/** Sub-selects stand beside AND only, two at most (SOQL and SOSL Reference, "Semi-Joins"). */
function refuseSemiJoins(context: QueryContext, tree: Tree<ConditionWithValueQuery>): void {
  const count = (node: Tree<ConditionWithValueQuery>, belowOr: boolean): number => {
    if (node.kind === 'condition') {
      if (!('valueQuery' in node.condition)) return 0;
      if (belowOr) throw malformed(context.text, '', "Semi join sub-selects are not allowed with the 'OR' operator");
      return 1;
    }
    if (node.kind === 'not') return count(node.operand, belowOr);
    return node.operands.reduce((sum, operand) => sum + count(operand, belowOr || node.kind === 'or'), 0);
  };
  if (count(tree, false) > MAX_SEMI_JOINS)
    throw malformed(context.text, '', `Only ${MAX_SEMI_JOINS} semi join sub-selects are allowed in a query`);
}

/** @throws RequestFault as Salesforce refuses the WHERE */
export function compileFilter(
  context: QueryContext,
  object: SObject,
  where: WhereClause | undefined,
  semiJoin: SemiJoin,
  alias?: string,
): Filter {
  if (!where) return { matches: () => true, candidates: null, valuesOf: () => null };
  const tree = treeOf<ConditionWithValueQuery>(where, context.text);
  const compiled = new Map<ConditionWithValueQuery, Compiled>();
  const visit = (node: Tree<ConditionWithValueQuery>): void => {
    if (node.kind === 'condition')
      compiled.set(node.condition, compileCondition(context, object, node.condition, semiJoin, alias));
    else if (node.kind === 'not') visit(node.operand);
    else node.operands.forEach(visit);
  };
  visit(tree);
  refuseSemiJoins(context, tree);
  const needed = tree.kind === 'and' ? tree.operands : [tree];
  const candidates = needed
    .map((node) => (node.kind === 'condition' ? indexed(context, object, compiled.get(node.condition)!) : null))
    .filter((ids) => ids !== null)
    .sort((a, b) => a.length - b.length)[0];
  return {
    candidates: candidates ?? null,
    valuesOf: (name) => {
      const conditions = needed.flatMap((node) => (node.kind === 'condition' ? [compiled.get(node.condition)!] : []));
      return (
        conditions.find(({ term, equals }) => term.fn === null && term.field.name === name && equals !== null)
          ?.equals ?? null
      );
    },
    matches: (record) =>
      evaluate(tree, (condition) => {
        const { term, test } = compiled.get(condition)!;
        return test(term.valueOf(record));
      }),
  };
}
