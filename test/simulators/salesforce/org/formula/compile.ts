import type { Field, FieldValue } from '../types.ts';
import { parseFormula, type BinaryOperator, type Expression } from './parse.ts';

/** `picklist` is a type of its own: Salesforce lets it be used through ISPICKVAL, TEXT and ISBLANK only. */
export type FormulaType = 'number' | 'text' | 'boolean' | 'date' | 'datetime' | 'picklist' | 'null';

/** What a formula is worked out on; `prior` is null for a record that is being inserted. */
export type FormulaContext = {
  value(field: Field): FieldValue;
  prior: ((field: Field) => FieldValue) | null;
  /** Calendar date of the org, `YYYY-MM-DD`. */
  today: string;
};
type Evaluate = (context: FormulaContext) => FieldValue;
type Typed = { type: FormulaType; evaluate: Evaluate; field?: Field };
export type CompiledFormula = { type: FormulaType; evaluate: Evaluate };

const DAY_MS = 86_400_000;
const day = (date: FieldValue): number => Date.parse(`${String(date)}T00:00:00Z`) / DAY_MS;
const dateOf = (days: number): string => new Date(Math.floor(days) * DAY_MS).toISOString().slice(0, 10);

function typeOf(field: Field): FormulaType {
  switch (field.type) {
    case 'double':
    case 'int':
    case 'percent':
    case 'currency':
      return 'number';
    case 'boolean':
    case 'date':
    case 'datetime':
    case 'picklist':
      return field.type;
    case 'textarea':
      throw new Error(`uses the long text field ${field.name}`);
    default:
      return 'text';
  }
}

/**
 * Compiles a formula to a function, types checked as Salesforce does when it is saved.
 * @param fieldNamed own fields of the object; related records and globals ($User) are not supported
 * @param blankAsZero `formulaTreatBlanksAs`: numbers without a value count as 0
 * @throws Error with a message that says what is wrong or not supported
 */
export function compileFormula(
  source: string,
  fieldNamed: (name: string) => Field | undefined,
  blankAsZero: boolean,
): CompiledFormula {
  const compile = (node: Expression): Typed => {
    switch (node.kind) {
      case 'number':
      case 'text':
      case 'boolean':
        return { type: node.kind, evaluate: () => node.value };
      case 'null':
        return { type: 'null', evaluate: () => null };
      case 'field':
        return fieldValue(node.name);
      case 'unary':
        return unary(node.operator, compile(node.operand));
      case 'binary':
        return binary(node.operator, compile(node.left), compile(node.right));
      case 'call':
        return call(node.name, node.args.map(compile));
    }
  };
  const fieldValue = (name: string): Typed => {
    const field = fieldNamed(name);
    if (!field) throw new Error(`uses ${name}, which is no field of this object`);
    if (field.formula !== undefined) throw new Error(`uses ${name}, which is a formula itself`);
    const type = typeOf(field);
    return { type, field, evaluate: ({ value }) => value(field) ?? (blankAsZero && type === 'number' ? 0 : null) };
  };
  const { type, evaluate } = compile(parseFormula(source));
  return { type, evaluate };
}

function need(operand: Typed, what: string, ...types: FormulaType[]): void {
  if (operand.type !== 'null' && !types.includes(operand.type))
    throw new Error(`${what} does not take ${operand.type}`);
}

function unary(operator: '-' | '!', operand: Typed): Typed {
  need(operand, operator, operator === '-' ? 'number' : 'boolean');
  if (operator === '!') return { type: 'boolean', evaluate: (context) => operand.evaluate(context) !== true };
  return {
    type: 'number',
    evaluate: (context) => {
      const value = operand.evaluate(context);
      return value === null ? null : -Number(value);
    },
  };
}

function binary(operator: BinaryOperator, left: Typed, right: Typed): Typed {
  switch (operator) {
    case '&&':
      return call('AND', [left, right]);
    case '||':
      return call('OR', [left, right]);
    case '&':
      return concatenation(left, right);
    case '+':
    case '-':
    case '*':
    case '/':
      return arithmetic(operator, left, right);
    default:
      return comparison(operator, left, right);
  }
}

function concatenation(left: Typed, right: Typed): Typed {
  need(left, '&', 'text');
  need(right, '&', 'text');
  return { type: 'text', evaluate: (context) => `${left.evaluate(context) ?? ''}${right.evaluate(context) ?? ''}` };
}

function arithmetic(operator: '+' | '-' | '*' | '/', left: Typed, right: Typed): Typed {
  if (operator === '+' && left.type === 'text') return concatenation(left, right);
  if (operator === '-' && left.type === 'date' && right.type === 'date')
    return { type: 'number', evaluate: both(left, right, (a, b) => day(a) - day(b)) };
  if ((operator === '+' || operator === '-') && left.type === 'date') {
    need(right, operator, 'number');
    const sign = operator === '+' ? 1 : -1;
    return { type: 'date', evaluate: both(left, right, (a, b) => dateOf(day(a) + sign * Number(b))) };
  }
  need(left, operator, 'number');
  need(right, operator, 'number');
  return {
    type: 'number',
    evaluate: both(left, right, (a, b) => {
      const [x, y] = [Number(a), Number(b)];
      if (operator === '/') return y === 0 ? null : x / y;
      return operator === '+' ? x + y : operator === '-' ? x - y : x * y;
    }),
  };
}

/** Blank operands make a blank result. */
function both(left: Typed, right: Typed, work: (a: FieldValue, b: FieldValue) => FieldValue): Evaluate {
  return (context) => {
    const [a, b] = [left.evaluate(context), right.evaluate(context)];
    return a === null || b === null ? null : work(a, b);
  };
}

function comparison(operator: '=' | '<>' | '<' | '<=' | '>' | '>=', left: Typed, right: Typed): Typed {
  for (const side of [left, right]) need(side, operator, 'number', 'text', 'boolean', 'date', 'datetime');
  if (left.type !== right.type && left.type !== 'null' && right.type !== 'null')
    throw new Error(`${operator} compares ${left.type} with ${right.type}`);
  const evaluate: Evaluate = (context) => {
    const [a, b] = [left.evaluate(context), right.evaluate(context)];
    if (operator === '=') return a === b;
    if (operator === '<>') return a !== b;
    if (a === null || b === null) return false;
    return operator === '<' ? a < b : operator === '<=' ? a <= b : operator === '>' ? a > b : a >= b;
  };
  return { type: 'boolean', evaluate };
}

function fieldOf(operand: Typed | undefined, what: string): Field {
  if (!operand?.field) throw new Error(`${what} takes a field`);
  return operand.field;
}

function count(args: Typed[], what: string, least: number, most = least): void {
  if (args.length < least || args.length > most) throw new Error(`${what} takes another number of arguments`);
}

function call(name: string, args: Typed[]): Typed {
  const [first, second, third] = args;
  switch (name) {
    case 'AND':
    case 'OR':
      count(args, name, 1, Infinity);
      for (const arg of args) need(arg, name, 'boolean');
      return {
        type: 'boolean',
        evaluate: (context) =>
          name === 'AND'
            ? args.every((arg) => arg.evaluate(context) === true)
            : args.some((arg) => arg.evaluate(context) === true),
      };
    case 'NOT':
      count(args, name, 1);
      return unary('!', first!);
    case 'IF': {
      count(args, name, 3);
      need(first!, name, 'boolean');
      const type = second!.type === 'null' ? third!.type : second!.type;
      need(second!, name, type);
      need(third!, name, type);
      return { type, evaluate: (c) => (first!.evaluate(c) === true ? second! : third!).evaluate(c) };
    }
    case 'ISBLANK':
      count(args, name, 1);
      return {
        type: 'boolean',
        evaluate: (context) => {
          const value = first!.evaluate(context);
          return value === null || value === '';
        },
      };
    case 'ISPICKVAL': {
      count(args, name, 2);
      need(first!, name, 'picklist');
      need(second!, name, 'text');
      fieldOf(first, name);
      return {
        type: 'boolean',
        evaluate: (context) => (first!.evaluate(context) ?? '') === (second!.evaluate(context) ?? ''),
      };
    }
    case 'ISNEW':
      count(args, name, 0);
      return { type: 'boolean', evaluate: ({ prior }) => prior === null };
    case 'ISCHANGED': {
      count(args, name, 1);
      const field = fieldOf(first, name);
      return {
        type: 'boolean',
        evaluate: ({ value, prior }) => prior !== null && (value(field) ?? null) !== (prior(field) ?? null),
      };
    }
    case 'PRIORVALUE': {
      count(args, name, 1);
      const field = fieldOf(first, name);
      return {
        type: first!.type,
        field,
        evaluate: ({ value, prior }) => (prior ?? value)(field) ?? null,
      };
    }
    case 'TODAY':
      count(args, name, 0);
      return { type: 'date', evaluate: ({ today }) => today };
    case 'TEXT':
      count(args, name, 1);
      need(first!, name, 'picklist', 'number', 'date', 'datetime');
      return { type: 'text', evaluate: (context) => String(first!.evaluate(context) ?? '') };
    case 'VALUE':
      count(args, name, 1);
      need(first!, name, 'text');
      return {
        type: 'number',
        evaluate: (context) => {
          const text = String(first!.evaluate(context) ?? '').trim();
          return text !== '' && Number.isFinite(Number(text)) ? Number(text) : null;
        },
      };
    case 'LEN':
      count(args, name, 1);
      need(first!, name, 'text');
      return { type: 'number', evaluate: (context) => String(first!.evaluate(context) ?? '').length };
    default:
      throw new Error(`uses the function ${name}`);
  }
}
