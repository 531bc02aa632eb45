import type { Condition, ConditionWithValueQuery, HavingClause, WhereClause } from '@jetstreamapp/soql-parser-js';
import { malformed } from './fault.ts';

export type Tree<T> =
  { kind: 'condition'; condition: T } | { kind: 'not'; operand: Tree<T> } | { kind: 'and' | 'or'; operands: Tree<T>[] };

type Token<T> = '(' | ')' | 'AND' | 'OR' | 'NOT' | { condition: T };

/** The parser gives a linked list with counts of parentheses; this brings back the order of the text. */
function tokensOf<T extends Condition | ConditionWithValueQuery>(clause: WhereClause | HavingClause): Token<T>[] {
  const tokens: Token<T>[] = [];
  for (let node: WhereClause | HavingClause | undefined = clause; node;) {
    const left = node.left as (T & { openParen?: number; closeParen?: number }) | null;
    for (let count = left?.openParen ?? 0; count > 0; count--) tokens.push('(');
    if (left && ('field' in left || 'fn' in left)) tokens.push({ condition: left });
    for (let count = left?.closeParen ?? 0; count > 0; count--) tokens.push(')');
    if (!('operator' in node)) break;
    tokens.push(node.operator);
    node = node.right;
  }
  return tokens;
}

/**
 * The tree of a WHERE or HAVING.
 * @throws RequestFault MALFORMED_QUERY when AND and OR are mixed without parentheses
 */
export function treeOf<T extends Condition | ConditionWithValueQuery>(
  clause: WhereClause | HavingClause,
  query: string,
): Tree<T> {
  const tokens = tokensOf<T>(clause);
  let at = 0;
  const term = (): Tree<T> => {
    const token = tokens[at++];
    if (token === 'NOT') return { kind: 'not', operand: term() };
    if (token === '(') {
      const inner = level();
      if (tokens[at++] !== ')') throw malformed(query, '', 'expecting a right parentheses');
      return inner;
    }
    if (typeof token !== 'object') throw malformed(query, '', `unexpected token: '${token ?? '<EOF>'}'`);
    return { kind: 'condition', condition: token.condition };
  };
  const level = (): Tree<T> => {
    const operands = [term()];
    let kind: 'and' | 'or' | null = null;
    for (let token = tokens[at]; token === 'AND' || token === 'OR'; token = tokens[at]) {
      const next = token === 'AND' ? 'and' : 'or';
      if (kind !== null && kind !== next) throw malformed(query, '', `unexpected token: '${token}'`);
      kind = next;
      at++;
      operands.push(term());
    }
    return kind === null ? operands[0]! : { kind, operands };
  };
  const tree = level();
  if (at < tokens.length) throw malformed(query, '', "unexpected token: ')'");
  return tree;
}

export function evaluate<T>(tree: Tree<T>, holds: (condition: T) => boolean): boolean {
  switch (tree.kind) {
    case 'condition':
      return holds(tree.condition);
    case 'not':
      return !evaluate(tree.operand, holds);
    case 'and':
      return tree.operands.every((operand) => evaluate(operand, holds));
    case 'or':
      return tree.operands.some((operand) => evaluate(operand, holds));
  }
}
