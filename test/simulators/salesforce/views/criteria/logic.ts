import type { Tree } from '../../soql/conditions.ts';

/**
 * Filter logic such as `1 AND (2 OR 3)`; all conditions together when there is none.
 * @returns numbers of conditions, from 0
 * @throws Error in the words of the platform
 */
export function filterLogic(text: string | undefined, count: number): Tree<number> {
  const all = Array.from({ length: count }, (_, at): Tree<number> => ({ kind: 'condition', condition: at }));
  if (text === undefined || text.trim() === '') return { kind: 'and', operands: all };
  const tokens = text.toUpperCase().match(/\d+|[A-Z]+|\S/g) ?? [];
  const used = new Set<number>();
  let at = 0;
  const wrong = (): never => {
    throw new Error(`Invalid filter logic: ${text}`);
  };
  const term = (): Tree<number> => {
    const token = tokens[at++];
    if (token === 'NOT') return { kind: 'not', operand: term() };
    if (token === '(') {
      const inner = level();
      return tokens[at++] === ')' ? inner : wrong();
    }
    if (token === undefined || !/^\d+$/.test(token)) return wrong();
    const number = Number(token);
    if (number < 1 || number > count) throw new Error(`The filter logic references an undefined filter: ${number}`);
    used.add(number);
    return all[number - 1]!;
  };
  const level = (): Tree<number> => {
    const operands = [term()];
    const kinds = new Set<string>();
    for (let token = tokens[at]; token === 'AND' || token === 'OR'; token = tokens[at]) {
      kinds.add(token);
      at++;
      operands.push(term());
    }
    if (kinds.size > 1) throw new Error('Your filter is missing parentheses around AND and OR');
    return operands.length === 1 ? operands[0]! : { kind: kinds.has('OR') ? 'or' : 'and', operands };
  };
  const tree = level();
  if (at < tokens.length) return wrong();
  if (used.size < count) throw new Error('Some filter conditions are defined but not referenced in your filter logic');
  return tree;
}
