/** What a trigger looks at: the kind of change, and values by `Object.Field`. */
export type Change = { changeType: 'INSERT' | 'UPDATE' | 'DELETE'; valueOf: (path: string) => string | undefined };

type Test = (change: Change) => boolean;

/** A condition that this simulator can not evaluate. */
export class UnknownCondition extends Error {}

const comparison =
  /^\s*(\w+(?:\.\w+)?)\s*(==|!=|eq|ne|>=|<=|>|<)\s*('[^']*'|"[^"]*"|-?\d+(?:\.\d+)?|null|true|false)\s*$/;

/**
 * The part of JEXL that triggers mostly use: comparisons of `changeType` or `Object.Field` with a constant, joined by
 * `&&` and `||` (AND binds first).
 * @throws UnknownCondition for anything else, `Object.Field_old` included
 */
export function conditionOf(text: string): Test {
  const alternatives = text.split('||').map((part) => part.split('&&').map(testOf));
  return (change) => alternatives.some((tests) => tests.every((test) => test(change)));
}

function testOf(text: string): Test {
  const match = comparison.exec(text);
  if (!match || match[1]!.endsWith('_old')) throw new UnknownCondition(text.trim());
  const [, path, operator, constant] = match as unknown as [string, string, string, string];
  const wanted = constant === 'null' ? '' : constant.replace(/^['"]|['"]$/g, '');
  return ({ changeType, valueOf }) => {
    const actual = path === 'changeType' ? changeType : valueOf(path);
    if (actual === undefined) return false;
    switch (operator) {
      case '==':
      case 'eq':
        return actual === wanted;
      case '!=':
      case 'ne':
        return actual !== wanted;
      case '>':
        return Number(actual) > Number(wanted);
      case '<':
        return Number(actual) < Number(wanted);
      case '>=':
        return Number(actual) >= Number(wanted);
      default:
        return Number(actual) <= Number(wanted);
    }
  };
}
