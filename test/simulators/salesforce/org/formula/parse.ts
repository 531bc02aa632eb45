/** Syntax tree of a formula (Salesforce help, "Formula operators and functions by context"). */
export type Expression =
  | { kind: 'number'; value: number }
  | { kind: 'text'; value: string }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'null' }
  | { kind: 'field'; name: string }
  | { kind: 'call'; name: string; args: Expression[] }
  | { kind: 'unary'; operator: '-' | '!'; operand: Expression }
  | { kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression };

export type BinaryOperator = '||' | '&&' | '=' | '<>' | '<' | '<=' | '>' | '>=' | '+' | '-' | '&' | '*' | '/' | '^';

const LEVELS: Readonly<Record<string, BinaryOperator>>[] = [
  { '||': '||' },
  { '&&': '&&' },
  { '=': '=', '==': '=', '<>': '<>', '!=': '<>' },
  { '<': '<', '<=': '<=', '>': '>', '>=': '>=' },
  { '+': '+', '-': '-', '&': '&' },
  { '*': '*', '/': '/' },
  { '^': '^' },
];
const TOKEN =
  /(?:\s|\/\*[^]*?\*\/)*(?:(\d+(?:\.\d+)?)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([A-Za-z_$][\w.$:]*)|(\|\||&&|==|<>|!=|<=|>=|[-+*/^&=<>(),!]))/y;

type Token = { kind: 'number' | 'text' | 'name' | 'sign'; text: string };

function tokens(source: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = source.replace(/(?:\s|\/\*[^]*?\*\/)+$/, '').length;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (!match) throw new Error(`cannot be read from "${source.slice(at, at + 20)}"`);
    const kind =
      match[1] !== undefined ? 'number' : match[2] !== undefined ? 'text' : match[3] !== undefined ? 'name' : 'sign';
    found.push({ kind, text: (match[1] ?? match[2] ?? match[3] ?? match[4])! });
  }
  return found;
}

/** @throws Error with a message that says what is not supported */
export function parseFormula(source: string): Expression {
  const list = tokens(source);
  let at = 0;
  const sign = (): string | null => (list[at]?.kind === 'sign' ? list[at]!.text : null);
  const expect = (text: string): void => {
    if (sign() !== text) throw new Error(`expects "${text}" before "${list[at]?.text ?? 'its end'}"`);
    at++;
  };

  const level = (depth: number): Expression => {
    const operators = LEVELS[depth];
    if (!operators) return unary();
    let left = level(depth + 1);
    for (let text = sign(); text !== null && Object.hasOwn(operators, text); text = sign()) {
      at++;
      left = { kind: 'binary', operator: operators[text]!, left, right: level(depth + 1) };
    }
    return left;
  };
  const unary = (): Expression => {
    const text = sign();
    if (text !== '-' && text !== '!') return primary();
    at++;
    return { kind: 'unary', operator: text, operand: unary() };
  };
  const primary = (): Expression => {
    const token = list[at++];
    if (!token) throw new Error('ends too early');
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text) };
    if (token.kind === 'text') return { kind: 'text', value: token.text.slice(1, -1).replace(/\\(.)/g, '$1') };
    if (token.kind === 'name') return named(token.text);
    if (token.text !== '(') throw new Error(`does not expect "${token.text}"`);
    const inner = level(0);
    expect(')');
    return inner;
  };
  const named = (name: string): Expression => {
    const upper = name.toUpperCase();
    if (sign() !== '(') {
      if (upper === 'TRUE' || upper === 'FALSE') return { kind: 'boolean', value: upper === 'TRUE' };
      return upper === 'NULL' ? { kind: 'null' } : { kind: 'field', name };
    }
    expect('(');
    const args: Expression[] = [];
    while (sign() !== ')') {
      args.push(level(0));
      if (sign() !== ')') expect(',');
    }
    expect(')');
    return { kind: 'call', name: upper, args };
  };

  const tree = level(0);
  if (at < list.length) throw new Error(`does not expect "${list[at]!.text}"`);
  return tree;
}
