import { invalid } from '../protocol/errors.ts';
import type { Json } from '../protocol/wire.ts';

/** How a field may be asked for (Stripe docs, "Search", "Supported query fields for each resource"). */
export type FieldKind = 'token' | 'string' | 'numeric';

export type Fields = Record<string, FieldKind>;

type Operator = ':' | '~' | '>' | '<' | '>=' | '<=' | '=';
type Clause = {
  field: string;
  key: string | null;
  operator: Operator;
  value: string | number | null;
  negated: boolean;
};
export type Query = { clauses: Clause[]; any: boolean };

const mostClauses = 10;
const shortestSubstring = 3;

const clausePattern =
  /^(-?)([a-z_][\w.]*)(?:\[(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\])?\s*(>=|<=|[:~><=])\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(null)\b|(-?\d+(?:\.\d+)?|true|false))/i;

const unescaped = (text: string): string => text.replace(/\\(.)/g, '$1');

const wrong = (reason: string) => invalid(`We were unable to parse your search query. ${reason}`, 'query');

/** Reads `clause AND clause` or `clause OR clause`; a blank between clauses means AND, and the two cannot be mixed. */
export function parseQuery(text: string, fields: Fields): Query {
  const clauses: Clause[] = [];
  const joints = new Set<string>();
  let rest = text.trim();
  if (rest === '') throw wrong('The query is empty.');
  for (;;) {
    const match = clausePattern.exec(rest);
    if (!match) throw wrong("Try using the syntax `field:'value'`, combined with AND or OR, and quotes around text.");
    clauses.push(checked(match, fields));
    rest = rest.slice(match[0].length);
    if (rest.trim() === '') break;
    const joint = /^\s+(AND|OR)\s+/i.exec(rest) ?? /^\s+/.exec(rest);
    if (!joint) throw wrong('Clauses must be separated by a blank, AND or OR.');
    joints.add((joint[1] ?? 'AND').toUpperCase());
    rest = rest.slice(joint[0].length);
  }
  if (joints.size > 1) throw wrong('AND and OR cannot be combined in one query.');
  if (clauses.length > mostClauses) throw wrong(`A query has at most ${mostClauses} clauses.`);
  return { clauses, any: joints.has('OR') };
}

function checked(match: RegExpExecArray, fields: Fields): Clause {
  const [, minus, name = '', quoted, single, operator = ':', text, text2, none, bare] = match;
  const key = quoted ?? single;
  const field = name.toLowerCase();
  const kind = field === 'metadata' ? 'token' : Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (kind === undefined || (field === 'metadata') !== (key !== undefined))
    throw invalid(
      field === 'metadata'
        ? 'Metadata is searched by key, as in metadata["key"]:"value".'
        : `Field \`${name}\` is an unsupported search field for this resource.`,
      'query',
    );
  const ordered = operator !== ':' && operator !== '~';
  if (ordered && kind !== 'numeric')
    throw invalid(`The operator \`${operator}\` is only for numeric fields, which \`${name}\` is not.`, 'query');
  if (operator === '~' && kind !== 'string')
    throw invalid(`Field \`${name}\` does not support the substring operator \`~\`.`, 'query');
  const words = text ?? text2;
  if (operator === '~' && (words ?? '').length < shortestSubstring)
    throw invalid(`A substring must have at least ${shortestSubstring} characters.`, 'query');
  const literal = words === undefined ? (bare ?? '') : unescaped(words);
  if (kind === 'numeric' && none === undefined && !/^-?\d+(\.\d+)?$/.test(literal))
    throw invalid(`Field \`${name}\` must be compared with a number.`, 'query');
  return {
    field,
    key: key === undefined ? null : unescaped(key),
    operator: operator as Operator,
    value: none !== undefined ? null : kind === 'numeric' ? Number(literal) : literal,
    negated: minus === '-',
  };
}

function holds(clause: Clause, row: Json, read: (row: Json, field: string) => unknown): boolean {
  const found =
    clause.key === null ? read(row, clause.field) : (row['metadata'] as Json | null | undefined)?.[clause.key];
  if (clause.value === null) return found === null || found === undefined;
  if (found === null || found === undefined) return false;
  if (typeof clause.value === 'number') {
    const number = Number(found);
    const { operator, value } = clause;
    if (operator === '>') return number > value;
    if (operator === '<') return number < value;
    if (operator === '>=') return number >= value;
    return operator === '<=' ? number <= value : number === value;
  }
  const [is, wanted] = [String(found).toLowerCase(), clause.value.toLowerCase()];
  return clause.operator === '~' ? is.includes(wanted) : is === wanted;
}

/**
 * Whether an object is among what a query asks for; text is compared without regard to case.
 * @param read the value of a field
 */
export function matches(query: Query, row: Json, read: (row: Json, field: string) => unknown): boolean {
  const hit = (clause: Clause) => holds(clause, row, read) !== clause.negated;
  return query.any ? query.clauses.some(hit) : query.clauses.every(hit);
}
