import type { Field, FieldValue, SObject } from '../../org/types.ts';
import { eventFields } from '../events/fields.ts';
import { ChannelFault } from './fault.ts';

type Operator = '=' | '!=' | '<' | '>' | '<=' | '>=' | 'LIKE' | 'IN' | 'NOT IN';
type Literal = string | number | boolean | null;
type Condition = { header: string | null; field: string; operator: Operator; values: Literal[]; exactCase: boolean };
type Node = Condition | { all: Node[] } | { any: Node[] };

/** Reads a field of the record, or of the header when it begins with `ChangeEventHeader.`. */
export type Lookup = (name: string) => FieldValue;

export type Filter = {
  /** Fields of the object that the expression names; events always carry them. */
  fields: readonly string[];
  matches(lookup: Lookup): boolean;
};

const HEADER: Readonly<Record<string, 'text' | 'number'>> = {
  entityName: 'text',
  changeType: 'text',
  changeOrigin: 'text',
  transactionKey: 'text',
  commitUser: 'text',
  sequenceNumber: 'number',
  commitTimestamp: 'number',
  commitNumber: 'number',
};

const TOKEN =
  /\s*(?:('(?:[^'\\]|\\.)*')|(\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))?)|([+-]?\d+(?:\.\d+)?)|(<=|>=|!=|<>|[=<>(),])|([A-Za-z][\w.]*))/y;

type Token = { kind: 'text' | 'date' | 'number' | 'symbol' | 'word' | 'end'; text: string };

const syntax = (problem: string): ChannelFault =>
  new ChannelFault('INVALID_INPUT', `The filter expression has syntax errors: ${problem}`);

function tokens(expression: string): Token[] {
  const found: Token[] = [];
  const kinds = ['text', 'date', 'number', 'symbol', 'word'] as const;
  TOKEN.lastIndex = 0;
  while (expression.slice(TOKEN.lastIndex).trim() !== '') {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(expression);
    if (!match) throw syntax(`unexpected token: '${expression.slice(at).trim().split(/\s/)[0]}'`);
    const kind = kinds.findIndex((_, index) => match[index + 1] !== undefined);
    found.push({ kind: kinds[kind]!, text: match[kind + 1]! });
  }
  return [...found, { kind: 'end', text: '<EOF>' }];
}

class Parser {
  readonly #object: SObject;
  readonly #tokens: Token[];
  readonly fields = new Set<string>();

  constructor(object: SObject, expression: string) {
    this.#object = object;
    this.#tokens = tokens(expression);
  }

  #isWord(word: string): boolean {
    return this.#tokens[0]!.kind === 'word' && this.#tokens[0]!.text.toUpperCase() === word;
  }

  #next(): Token {
    return this.#tokens[0]!.kind === 'end' ? this.#tokens[0]! : this.#tokens.shift()!;
  }

  #expect(text: string): void {
    const token = this.#next();
    if (token.text !== text) throw syntax(`expecting '${text}', found '${token.text}'`);
  }

  whole(): Node {
    const node = this.#junction();
    const rest = this.#next();
    if (rest.kind !== 'end') throw syntax(`unexpected token: '${rest.text}'`);
    return node;
  }

  /** AND and OR do not mix without parentheses, as in SOQL. */
  #junction(): Node {
    const nodes = [this.#term()];
    const word = ['AND', 'OR'].find((one) => this.#isWord(one));
    if (word === undefined) return nodes[0]!;
    while (this.#isWord(word)) {
      this.#next();
      nodes.push(this.#term());
    }
    return word === 'AND' ? { all: nodes } : { any: nodes };
  }

  #term(): Node {
    if (this.#tokens[0]!.text === '(') {
      this.#next();
      const node = this.#junction();
      this.#expect(')');
      return node;
    }
    const name = this.#next();
    if (name.kind !== 'word' || ['NOT', 'WHERE', 'SELECT'].includes(name.text.toUpperCase()))
      throw syntax(`unexpected token: '${name.text}'`);
    const target = this.#target(name.text);
    const operator = this.#operator();
    const values = operator.endsWith('IN') ? this.#list() : [this.#next()];
    return {
      ...{ header: target.header, field: target.name, operator, exactCase: target.field?.caseSensitive ?? false },
      values: values.map((value) => literal(name.text, target.type, operator, value)),
    };
  }

  #operator(): Operator {
    const token = this.#next();
    const word = token.text.toUpperCase();
    if (word === 'NOT' && this.#isWord('IN')) {
      this.#next();
      return 'NOT IN';
    }
    if (word === '<>') return '!=';
    const known = ['=', '!=', '<', '>', '<=', '>=', 'LIKE', 'IN'];
    if (!known.includes(word)) throw syntax(`unexpected token: '${token.text}'`);
    return word as Operator;
  }

  #list(): Token[] {
    this.#expect('(');
    const values = [this.#next()];
    while (this.#tokens[0]!.text === ',') {
      this.#next();
      values.push(this.#next());
    }
    this.#expect(')');
    return values;
  }

  #target(name: string): { header: string | null; name: string; type: string; field?: Field } {
    const invalid = new ChannelFault('INVALID_FIELD', `The ${name} field in the filter expression is invalid.`);
    const [first, second, ...more] = name.split('.');
    if (more.length > 0) throw invalid;
    if (first === 'ChangeEventHeader') {
      const type = HEADER[second ?? ''];
      if (type === undefined) throw invalid;
      return { header: second!, name: second!, type };
    }
    const compound = eventFields(this.#object).find((one) => one.name.toLowerCase() === first!.toLowerCase());
    if (!compound) throw invalid;
    if (second === undefined) {
      if (!compound.field)
        throw new ChannelFault('INVALID_FIELD', `The ${name} field has to be used with a component field.`);
      return this.#entityField(compound.field, invalid);
    }
    const part = compound.compound?.parts.find((one) => one.name.toLowerCase() === second.toLowerCase())?.field;
    if (!part) throw invalid;
    return this.#entityField(part, invalid);
  }

  #entityField(field: Field, invalid: ChannelFault) {
    if (!isSupportedField(field)) throw invalid;
    this.fields.add(field.name);
    const type = String(field.type);
    const kind = ['double', 'int', 'currency', 'percent'].includes(type) ? 'number' : type;
    return { header: null, name: field.name, type: kind, field };
  }
}

function literal(name: string, type: string, operator: Operator, token: Token): Literal {
  const onlyEquality = new ChannelFault(
    'INVALID_INPUT',
    `Only equality operators are supported for this field type or value: ${name}`,
  );
  const isEquality = operator === '=' || operator === '!=';
  const word = token.kind === 'word' ? token.text.toUpperCase() : null;
  if (word === 'NULL') {
    if (!isEquality) throw onlyEquality;
    return null;
  }
  if ((type === 'boolean' || type === 'datetime') && !isEquality) throw onlyEquality;
  if (type === 'boolean' && (word === 'TRUE' || word === 'FALSE')) return word === 'TRUE';
  if (type === 'number' && token.kind === 'number' && operator !== 'LIKE') return Number(token.text);
  const isDate = type === 'date' || type === 'datetime';
  if (isDate && token.kind === 'date' && operator !== 'LIKE' && token.text.includes('T') === (type === 'datetime'))
    return type === 'date' ? token.text : Date.parse(token.text);
  if (!isDate && type !== 'number' && type !== 'boolean' && token.kind === 'text')
    return token.text.slice(1, -1).replace(/\\(.)/g, '$1');
  if (word !== null || token.kind === 'symbol' || token.kind === 'end')
    throw syntax(`unexpected token: '${token.text}'`);
  throw new ChannelFault('INVALID_INPUT', `The value ${token.text} isn't valid for the field ${name}.`);
}

function isSimilar(text: string, pattern: string): boolean {
  const escaped = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('%', '.*').replaceAll('_', '.')}$`, 's').test(text);
}

function compare(value: FieldValue, { operator, values, exactCase }: Condition): boolean {
  const same = (a: FieldValue): FieldValue => (typeof a === 'string' && !exactCase ? a.toLowerCase() : a);
  const left = same(value);
  const rights = values.map((one) => {
    if (typeof left === 'boolean' && one === null) return false;
    return same(one);
  });
  const right = rights[0] ?? null;
  switch (operator) {
    case '=':
      return left === right;
    case '!=':
      return left !== right;
    case 'IN':
      return rights.includes(left);
    case 'NOT IN':
      return !rights.includes(left);
    case 'LIKE':
      return typeof left === 'string' && isSimilar(left, String(right));
  }
  if (left === null || right === null) return false;
  const order = left < right ? -1 : left > right ? 1 : 0;
  return operator === '<' ? order < 0 : operator === '>' ? order > 0 : operator === '<=' ? order <= 0 : order >= 0;
}

function matches(node: Node, lookup: Lookup, isTime: (field: string) => boolean): boolean {
  if ('all' in node) return node.all.every((one) => matches(one, lookup, isTime));
  if ('any' in node) return node.any.some((one) => matches(one, lookup, isTime));
  const value = lookup(node.header === null ? node.field : `ChangeEventHeader.${node.header}`);
  const time = node.header === null && value !== null && isTime(node.field);
  return compare(time ? Date.parse(String(value)) : value, node);
}

/** Types that filters and enrichment take: everything but long text. */
function isSupportedField(field: Field): boolean {
  return field.type !== 'textarea' || (field.length ?? 255) <= 255;
}

/**
 * A filter of a channel member, the body of a WHERE clause without the word: AND, OR, parentheses, comparison, LIKE, IN
 * and NOT IN over fields of the object and over `ChangeEventHeader.` fields that are no lists.
 * @throws ChannelFault for everything else
 */
export function parseFilter(object: SObject, expression: string): Filter {
  const parser = new Parser(object, expression);
  const node = parser.whole();
  const isTime = (name: string): boolean => object.fields.get(name)?.type === 'datetime';
  return { fields: [...parser.fields], matches: (lookup) => matches(node, lookup, isTime) };
}

/** @throws ChannelFault when events cannot be enriched with it */
export function enrichedField(object: SObject, name: string): string {
  const field = [...object.fields.values()].find((one) => one.name.toLowerCase() === name.toLowerCase());
  const isEventField =
    field &&
    eventFields(object).some(({ field: top, compound }) => {
      return top === field || compound?.parts.some((part) => part.field === field);
    });
  if (!field || !isEventField || !isSupportedField(field))
    throw new ChannelFault('INVALID_FIELD', `The selected field, ${name}, isn't valid.`);
  return field.name;
}
