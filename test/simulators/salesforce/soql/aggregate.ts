import type {
  FieldFunctionExpression,
  FieldType,
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
import { groupingOf, groupsOf, type Group, type Grouping } from './grouping.ts';
import type { QueryContext } from './names.ts';
import { sortBy } from './order.ts';
import { fieldTerm, formatted, functionTerm, isDateFunction, sameTerm, type Term } from './terms.ts';

/** Value of one column for one group. */
type Column = (group: Group) => FieldValue;
type Call = FunctionExp | FieldFunctionExpression;

const FUNCTIONS = ['COUNT', 'COUNT_DISTINCT', 'SUM', 'AVG', 'MIN', 'MAX'];
const NUMBERS = ['double', 'int', 'percent', 'currency'];

const nameOf = (call: Call): string => (call.functionName ?? '').toUpperCase();

function aggregates(field: FieldType): boolean {
  if (field.type !== 'FieldFunctionExpression') return false;
  if (FUNCTIONS.includes(nameOf(field))) return true;
  const [inner] = field.parameters;
  return typeof inner === 'object' && FUNCTIONS.includes(nameOf(inner));
}

export const isAggregate = (query: Query): boolean =>
  query.groupBy !== undefined || (query.fields ?? []).some(aggregates);

/** `SELECT COUNT() FROM X`: the number is `totalSize` and there are no records. */
export function isPlainCount(query: Query): boolean {
  const [field, ...rest] = query.fields ?? [];
  return (
    field?.type === 'FieldFunctionExpression' &&
    nameOf(field) === 'COUNT' &&
    field.parameters.length === 0 &&
    rest.length === 0
  );
}

/** Sums of stored decimals carry no more than 9 of them; the rest is noise of binary floats. */
const round = (value: number): number => Number(value.toFixed(9));

/** COUNT, SUM and the like of one field. */
function totalColumn(context: QueryContext, term: Term, name: string): Column {
  const { field } = term;
  const refuse = (): never => {
    const message = `field ${field.name} does not support aggregate operator ${name}`;
    throw queryFault('INVALID_FIELD', context.text, field.name, message);
  };
  if ((name === 'SUM' || name === 'AVG') && !NUMBERS.includes(field.type)) refuse();
  if ((name === 'MIN' || name === 'MAX') && ['boolean', 'multipicklist', 'textarea'].includes(field.type)) refuse();
  if (!term.path.field.filterable) refuse();
  return ({ records }) => {
    const values = records.map((record) => term.valueOf(record)).filter((value) => value !== null);
    if (name === 'COUNT') return values.length;
    if (name === 'COUNT_DISTINCT') return new Set(values.map((value) => comparable(field, value))).size;
    if (values.length === 0) return null;
    if (name === 'MIN') return values.reduce((least, value) => (value < least ? value : least));
    if (name === 'MAX') return values.reduce((most, value) => (value > most ? value : most));
    const sum = values.reduce<number>((total, value) => total + Number(value), 0);
    return name === 'SUM' ? round(sum) : round(sum / values.length);
  };
}

/** Columns of one grouped query. */
class Columns {
  readonly #context: QueryContext;
  readonly #object: SObject;
  readonly #grouping: Grouping;
  readonly #alias: string | undefined;

  constructor(context: QueryContext, object: SObject, grouping: Grouping, alias: string | undefined) {
    this.#context = context;
    this.#object = object;
    this.#grouping = grouping;
    this.#alias = alias;
  }

  #at(term: Term): number {
    const at = this.#grouping.terms.findIndex((one) => sameTerm(one, term));
    if (at < 0)
      throw malformed(
        this.#context.text,
        term.path.field.name,
        `Field must be grouped or aggregated: ${term.path.field.name}`,
      );
    return at;
  }

  field(name: string): Column {
    const at = this.#at(fieldTerm(this.#context, this.#object, name, this.#alias));
    return ({ keys }) => keys[at] ?? null;
  }

  call(call: Call): Column {
    const name = nameOf(call);
    const [parameter] = call.parameters ?? [];
    if (name === 'FORMAT' && typeof parameter === 'object' && FUNCTIONS.includes(nameOf(parameter))) {
      const inner = this.call(parameter);
      const { field } = this.#of(parameter);
      return (group) => formatted(field, inner(group));
    }
    if (name === 'GROUPING') {
      if (this.#grouping.kind === 'PLAIN' || typeof parameter !== 'string')
        throw malformed(this.#context.text, call.functionName ?? '', 'GROUPING needs ROLLUP or CUBE');
      const at = this.#at(fieldTerm(this.#context, this.#object, parameter, this.#alias));
      return ({ totals }) => (totals[at] ? 1 : 0);
    }
    if (FUNCTIONS.includes(name)) return totalColumn(this.#context, this.#of(call), name);
    const at = this.#at(functionTerm(this.#context, this.#object, call, this.#alias));
    return ({ keys }) => keys[at] ?? null;
  }

  #of(call: Call): Term {
    const [parameter] = call.parameters ?? [];
    if (typeof parameter !== 'string')
      throw malformed(
        this.#context.text,
        call.functionName ?? '',
        `${nameOf(call)} needs one field when there are other columns`,
      );
    return fieldTerm(this.#context, this.#object, parameter, this.#alias);
  }
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
  const clauses = [query.groupBy ?? []].flat() as GroupByClause[];
  if (clauses.length === 0 && query.limit !== undefined)
    throw malformed(
      context.text,
      'LIMIT',
      'Non-grouped query that uses overall aggregate functions cannot also use LIMIT',
    );
  const grouping = groupingOf(context, object, clauses, query.sObjectAlias);
  const columns = new Columns(context, object, grouping, query.sObjectAlias);
  let unnamed = 0;
  const selected = (query.fields ?? []).map((field): { name: string; column: Column } => {
    if (field.type === 'FieldFunctionExpression') {
      const plain =
        isDateFunction(field.functionName) || FUNCTIONS.concat('GROUPING', 'FORMAT').includes(nameOf(field));
      const name = plain ? `expr${field.alias === undefined ? unnamed++ : ''}` : String(field.parameters[0]);
      return { name: field.alias ?? name, column: columns.call(field) };
    }
    if (field.type !== 'Field' && field.type !== 'FieldRelationship')
      throw malformed(context.text, '', 'Subqueries cannot be used with aggregates');
    const path = field.type === 'Field' ? field.field : [...field.relationships, field.field].join('.');
    return { name: ('alias' in field ? field.alias : undefined) ?? field.field, column: columns.field(path) };
  });
  const names = selected.map(({ name }) => name.toLowerCase());
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw malformed(context.text, twice, `duplicate alias: ${twice}`);
  /** ORDER BY and HAVING may use the alias of a column. */
  const named = (name: string): Column => selected.find((one) => one.name === name)?.column ?? columns.field(name);
  const columnOf = (clause: OrderByClause | ValueCondition | { fn: FunctionExp }): Column =>
    'fn' in clause ? columns.call(clause.fn) : named(clause.field);

  let groups = groupsOf(grouping, records);
  if (query.having) groups = having(context, query.having, groups, columnOf);
  const order = [query.orderBy ?? []].flat() as OrderByClause[];
  const keys = order.map(columnOf);
  const sorted = sortBy(groups, order, (group) => keys.map((column) => column(group)));
  const offset = query.offset ?? 0;
  return sorted.slice(offset, query.limit === undefined ? undefined : offset + query.limit).map((group) => ({
    attributes: { type: 'AggregateResult' },
    ...Object.fromEntries(selected.map(({ name, column }) => [name, column(group)])),
  }));
}

function holds(context: QueryContext, operator: string, value: FieldValue, texts: readonly string[]): boolean {
  const plain = (one: FieldValue): FieldValue => (typeof one === 'string' ? one.toLowerCase() : one);
  const literal = (text: string): FieldValue => {
    if (text.startsWith("'")) return text.slice(1, -1).toLowerCase();
    if (/^null$/i.test(text)) return null;
    if (/^(true|false)$/i.test(text)) return /^true$/i.test(text);
    return /^\d{4}-/.test(text) ? text : Number(text);
  };
  const [found, wanted] = [plain(value), texts.map(literal)];
  const [first = null] = wanted;
  switch (operator) {
    case '=':
      return found === first;
    case '!=':
      return found !== first;
    case 'IN':
      return wanted.includes(found);
    case 'NOT IN':
      return !wanted.includes(found);
    case '>':
      return found !== null && first !== null && found > first;
    case '>=':
      return found !== null && first !== null && found >= first;
    case '<':
      return found !== null && first !== null && found < first;
    case '<=':
      return found !== null && first !== null && found <= first;
    default:
      throw context.unsupported(`SOQL ${operator} in HAVING`);
  }
}

function having(
  context: QueryContext,
  clause: HavingClause,
  groups: Group[],
  columnOf: (condition: ValueCondition | { fn: FunctionExp }) => Column,
): Group[] {
  const tree = treeOf<ValueCondition>(clause, context.text);
  return groups.filter((group) =>
    evaluate(tree, (condition) =>
      holds(context, condition.operator, columnOf(condition)(group), [condition.value].flat()),
    ),
  );
}
