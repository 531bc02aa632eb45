import type { Field } from '../../types.ts';
import { commonType, count, need, texts, type Typed } from '../typed.ts';

export type FormulaFunction = (args: Typed[], name: string) => Typed;

const isBlank = (value: unknown): boolean => value === null || value === '';

function fieldOf(operand: Typed | undefined, what: string): Field {
  if (!operand?.field) throw new Error(`${what} takes a field`);
  return operand.field;
}

export const not = (operand: Typed): Typed => {
  need(operand, 'NOT', 'boolean');
  return { type: 'boolean', evaluate: (context) => operand.evaluate(context) !== true };
};

/** Arguments after the first that are blank or not, to choose between. */
const instead: FormulaFunction = (args, name) => {
  count(args, name, 2);
  const [first, other] = args as [Typed, Typed];
  const type = commonType([first, other], name);
  return {
    type,
    evaluate: (context) => {
      const value = first.evaluate(context);
      return isBlank(value) ? other.evaluate(context) : value;
    },
  };
};

/** Logical and record functions (Salesforce help, "Formula operators and functions"). */
export const LOGIC: Readonly<Record<string, FormulaFunction>> = {
  AND: (args, name) => {
    count(args, name, 1, Infinity);
    for (const arg of args) need(arg, name, 'boolean');
    return { type: 'boolean', evaluate: (context) => args.every((arg) => arg.evaluate(context) === true) };
  },
  OR: (args, name) => {
    count(args, name, 1, Infinity);
    for (const arg of args) need(arg, name, 'boolean');
    return { type: 'boolean', evaluate: (context) => args.some((arg) => arg.evaluate(context) === true) };
  },
  NOT: (args, name) => {
    count(args, name, 1);
    return not(args[0]!);
  },
  IF: (args, name) => {
    count(args, name, 3);
    const [test, then, otherwise] = args as [Typed, Typed, Typed];
    need(test, name, 'boolean');
    const type = commonType([then, otherwise], name);
    return { type, evaluate: (context) => (test.evaluate(context) === true ? then : otherwise).evaluate(context) };
  },
  CASE: (args, name) => {
    if (args.length < 4 || args.length % 2 !== 0) throw new Error(`${name} takes another number of arguments`);
    const [subject, ...rest] = args as [Typed, ...Typed[]];
    const otherwise = rest.pop()!;
    const cases = rest.filter((_, at) => at % 2 === 0);
    const results = rest.filter((_, at) => at % 2 === 1);
    const subjectType = subject.type === 'picklist' ? 'text' : subject.type;
    for (const one of cases) need(one, name, subjectType);
    const type = commonType([...results, otherwise], name);
    return {
      type,
      evaluate: (context) => {
        const value = subject.evaluate(context);
        const at = cases.findIndex((one) => one.evaluate(context) === value);
        return (at < 0 ? otherwise : results[at]!).evaluate(context);
      },
    };
  },
  ISBLANK: (args, name) => {
    count(args, name, 1);
    return { type: 'boolean', evaluate: (context) => isBlank(args[0]!.evaluate(context)) };
  },
  /** Text is never null to it. */
  ISNULL: (args, name) => {
    count(args, name, 1);
    const [first] = args as [Typed];
    return { type: 'boolean', evaluate: (context) => first.type !== 'text' && first.evaluate(context) === null };
  },
  BLANKVALUE: instead,
  NULLVALUE: instead,
  ISNUMBER: (args, name) => {
    count(args, name, 1);
    need(args[0]!, name, 'text');
    return { type: 'boolean', evaluate: texts(args, ([text]) => /^\s*[-+]?(\d+\.?\d*|\.\d+)\s*$/.test(text!)) };
  },
  ISPICKVAL: (args, name) => {
    count(args, name, 2);
    const [subject, value] = args as [Typed, Typed];
    need(subject, name, 'picklist');
    need(value, name, 'text');
    if (subject.type !== 'picklist') throw new Error(`${name} takes a field`);
    return {
      type: 'boolean',
      evaluate: (context) => (subject.evaluate(context) ?? '') === (value.evaluate(context) ?? ''),
    };
  },
  INCLUDES: (args, name) => {
    count(args, name, 2);
    need(args[0]!, name, 'multipicklist');
    need(args[1]!, name, 'text');
    return { type: 'boolean', evaluate: texts(args, ([chosen, value]) => chosen!.split(';').includes(value!)) };
  },
  ISNEW: (args, name) => {
    count(args, name, 0);
    return { type: 'boolean', evaluate: ({ prior }) => prior === null };
  },
  ISCHANGED: (args, name) => {
    count(args, name, 1);
    const field = fieldOf(args[0], name);
    return {
      type: 'boolean',
      evaluate: ({ value, prior }) => prior !== null && (value(field) ?? null) !== (prior(field) ?? null),
    };
  },
  PRIORVALUE: (args, name) => {
    count(args, name, 1);
    const field = fieldOf(args[0], name);
    return { type: args[0]!.type, field, evaluate: ({ value, prior }) => (prior ?? value)(field) ?? null };
  },
};
