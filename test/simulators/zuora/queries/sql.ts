import type { Field, Rec } from '../objectQuery/define.ts';
import { objectByName } from '../objectQuery/objects.ts';
import type { Tenant } from '../tenant.ts';
import { holds, like, order, type Literal } from './compare.ts';

/** SQL that this simulator's Data Query cannot run; the message is the job's error. */
export class SqlError extends Error {}

const tokenPattern =
  /\s*(?:(--[^\n]*)|('(?:[^']|'')*')|("[^"]+"|[A-Za-z_]\w*)|(\d+(?:\.\d+)?)|(<=|>=|<>|!=|[=<>(),.*;-]))/y;

const beyond =
  /\b(join|group\s+by|having|distinct|union|intersect|except|with|case|interval|current_\w+)\b|\b(?!(?:count|in|where|and|or|not)\b)[a-z_]\w*\s*\(|\(\s*select\b/i;

/** What of a query real tenants could run and this simulator cannot, such as `JOIN`; undefined for any other query. */
export function beyondSubset(sql: string): string | undefined {
  const words = sql.replace(/'(?:[^']|'')*'|"[^"]*"|--[^\n]*/g, ' ');
  return beyond.exec(words)?.[0].toUpperCase();
}

type Token = { text: string; kind: 'word' | 'string' | 'number' | 'sign' };

function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  while (sql.slice(tokenPattern.lastIndex).trim() !== '') {
    const at = tokenPattern.lastIndex;
    const match = tokenPattern.exec(sql);
    if (!match) throw new SqlError(`line 1:${at + 1}: mismatched input '${sql.slice(at).trim().slice(0, 10)}'`);
    const [, comment, text, word, number, sign] = match;
    if (comment !== undefined) continue;
    if (text !== undefined) tokens.push({ kind: 'string', text: text.slice(1, -1).replaceAll("''", "'") });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word.replaceAll('"', '') });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else tokens.push({ kind: 'sign', text: sign! });
  }
  return tokens;
}

type Test = (record: Rec) => boolean;
type Column = { label: string; of: (record: Rec) => unknown } | { label: string; count: true };

const clauses = [
  'from',
  'where',
  'order',
  'limit',
  'group',
  'having',
  'join',
  'left',
  'inner',
  'union',
  'and',
  'or',
  'as',
];

/**
 * Runs `SELECT columns | * | count(*) FROM table [WHERE …] [ORDER BY …] [LIMIT n]`: comparisons, LIKE, IN, IS NULL,
 * BETWEEN, AND, OR, NOT and parentheses on one table.
 * @throws SqlError for anything else
 */
export function runSql(tenant: Tenant, sql: string): { labels: string[]; rows: unknown[][] } {
  return new Parser(tenant, tokensOf(sql)).run();
}

class Parser {
  readonly #tenant: Tenant;
  readonly #tokens: readonly Token[];
  #at = 0;
  #fields: ReadonlyMap<string, Field> = new Map();
  #table = '';
  #alias = '';

  constructor(tenant: Tenant, tokens: readonly Token[]) {
    this.#tenant = tenant;
    this.#tokens = tokens;
  }

  run(): { labels: string[]; rows: unknown[][] } {
    this.#expect('select');
    const selectAt = this.#at;
    // The table has to be known before the columns can be looked up.
    while (this.#at < this.#tokens.length && !this.#is('from')) this.#at++;
    this.#expect('from');
    const records = this.#from();
    const afterFrom = this.#at;
    this.#at = selectAt;
    const columns = this.#columns();
    this.#expect('from');
    this.#at = afterFrom;
    const where = this.#take('where') ? this.#or() : () => true;
    const sorts = this.#orderBy();
    const limit = this.#take('limit') ? Number(this.#next('number').text) : Infinity;
    this.#take(';');
    if (this.#at < this.#tokens.length) this.#unexpected();
    const found = records.filter(where);
    for (const { of, sign } of sorts.toReversed()) found.sort((a, b) => sign * compare(of(a), of(b)));
    const labels = columns.map((one) => one.label);
    if (columns.some((one) => 'count' in one)) {
      if (columns.some((one) => !('count' in one)))
        throw new SqlError('columns beside count(*) need GROUP BY, which is not supported');
      return { labels, rows: [columns.map(() => found.length)] };
    }
    const values = columns as Extract<Column, { of: unknown }>[];
    return { labels, rows: found.slice(0, limit).map((record) => values.map(({ of }) => of(record))) };
  }

  #from(): Rec[] {
    const name = this.#next('word').text;
    const object = objectByName(name);
    if (!object) throw new SqlError(`line 1:1: Table '${name.toLowerCase()}' does not exist`);
    this.#fields = object.fields(this.#tenant);
    this.#table = name.toLowerCase();
    this.#take('as');
    const next = this.#tokens[this.#at];
    if (next?.kind === 'word' && !clauses.includes(next.text.toLowerCase()))
      this.#alias = this.#next('word').text.toLowerCase();
    return [...object.records(this.#tenant)];
  }

  #columns(): Column[] {
    if (this.#take('*')) return [...this.#fields].map(([label, { of }]) => ({ label, of }));
    const columns: Column[] = [];
    do {
      let column: Column;
      if (this.#is('count')) {
        this.#at++;
        for (const sign of ['(', '*', ')']) this.#expect(sign);
        column = { label: '_col' + columns.length, count: true };
      } else {
        const field = this.#field();
        column = { label: field.name.toLowerCase(), of: field.of };
      }
      if (this.#take('as')) column.label = this.#next('word').text;
      columns.push(column);
    } while (this.#take(','));
    return columns;
  }

  #field(): Field {
    let name = this.#next('word').text.toLowerCase();
    if (this.#take('.')) {
      if (name !== this.#alias && name !== this.#table)
        throw new SqlError(`line 1:1: Column '${name}' cannot be resolved`);
      name = this.#next('word').text.toLowerCase();
    }
    const field = this.#fields.get(name);
    if (!field) throw new SqlError(`line 1:1: Column '${name}' cannot be resolved`);
    return field;
  }

  #or(): Test {
    const tests = [this.#and()];
    while (this.#take('or')) tests.push(this.#and());
    return (record) => tests.some((test) => test(record));
  }

  #and(): Test {
    const tests = [this.#not()];
    while (this.#take('and')) tests.push(this.#not());
    return (record) => tests.every((test) => test(record));
  }

  #not(): Test {
    if (this.#take('not')) {
      const test = this.#not();
      return (record) => !test(record);
    }
    if (this.#take('(')) {
      const test = this.#or();
      this.#expect(')');
      return test;
    }
    return this.#comparison();
  }

  #comparison(): Test {
    const { of } = this.#field();
    const tenant = this.#tenant;
    if (this.#take('is')) {
      const not = this.#take('not');
      this.#expect('null');
      return (record) => (of(record) === null) !== not;
    }
    const not = this.#take('not');
    if (this.#take('in')) {
      this.#expect('(');
      const wanted = [this.#literal()];
      while (this.#take(',')) wanted.push(this.#literal());
      this.#expect(')');
      return (record) => of(record) !== null && wanted.some((one) => order(tenant, of(record), one) === 0) !== not;
    }
    if (this.#take('like')) {
      const pattern = String(this.#literal());
      return (record) => of(record) !== null && like(of(record), pattern) !== not;
    }
    if (this.#take('between')) {
      const low = this.#literal();
      this.#expect('and');
      const high = this.#literal();
      return (record) => {
        const [a, b] = [order(tenant, of(record), low), order(tenant, of(record), high)];
        return a !== undefined && b !== undefined && (a >= 0 && b <= 0) !== not;
      };
    }
    const test = holds[this.#tokens[this.#at]?.text ?? ''];
    if (!test || not) return this.#unexpected();
    this.#at++;
    const literal = this.#literal();
    return (record) => {
      const found = order(tenant, of(record), literal);
      return found !== undefined && test(found);
    };
  }

  #literal(): Literal {
    // `date '2026-01-01'` and `timestamp '2026-01-01 00:00:00'` are compared by what the column holds.
    if (this.#is('date') || this.#is('timestamp')) this.#at++;
    const minus = this.#take('-');
    const token = this.#tokens[this.#at++];
    if (token?.kind === 'number') return minus ? -Number(token.text) : Number(token.text);
    if (token?.kind === 'string') return token.text;
    const word = token?.text.toLowerCase();
    if (word === 'true' || word === 'false') return word === 'true';
    this.#at--;
    return this.#unexpected();
  }

  #orderBy(): { of: Field['of']; sign: 1 | -1 }[] {
    if (!this.#take('order')) return [];
    this.#expect('by');
    const sorts: { of: Field['of']; sign: 1 | -1 }[] = [];
    do {
      const { of } = this.#field();
      const sign = this.#take('desc') ? -1 : 1;
      if (sign === 1) this.#take('asc');
      sorts.push({ of, sign });
    } while (this.#take(','));
    return sorts;
  }

  #is(text: string): boolean {
    const token = this.#tokens[this.#at];
    return token !== undefined && token.kind !== 'string' && token.text.toLowerCase() === text;
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#unexpected(text);
  }

  #next(kind: Token['kind']): Token {
    const token = this.#tokens[this.#at];
    if (token?.kind !== kind) return this.#unexpected(kind);
    this.#at++;
    return token;
  }

  #unexpected(wanted?: string): never {
    const found = this.#tokens[this.#at]?.text ?? '<EOF>';
    throw new SqlError(
      `line 1:1: mismatched input '${found}'${wanted === undefined ? '' : `. Expecting: '${wanted}'`}`,
    );
  }
}

/** Nulls come last, as in Trino. */
function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return (a as string | number) < (b as string | number) ? -1 : 1;
}
