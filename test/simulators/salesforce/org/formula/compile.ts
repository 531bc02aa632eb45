import type { Field, FieldValue } from '../types.ts';
import { DATES, DAY_MS, dateOfDay, dateTimeOf, dayOf, instantOf } from './functions/dates.ts';
import { LOGIC, not } from './functions/logic.ts';
import { NUMBERS } from './functions/numbers.ts';
import { TEXTS } from './functions/text.ts';
import { parseFormula, type BinaryOperator, type Expression } from './parse.ts';
import {
  decimal,
  need,
  strict,
  texts,
  type CompiledFormula,
  type FieldReference,
  type FormulaType,
  type Typed,
} from './typed.ts';

export type { CompiledFormula, FormulaContext, FormulaType } from './typed.ts';

const FUNCTIONS = { ...LOGIC, ...NUMBERS, ...TEXTS, ...DATES };

/** Globals that a formula may name, with their type. */
const GLOBALS: Readonly<Record<string, FormulaType>> = {
  '$user.id': 'text',
  '$user.username': 'text',
  '$user.firstname': 'text',
  '$user.lastname': 'text',
  '$user.email': 'text',
  '$user.profileid': 'text',
  '$user.userroleid': 'text',
  '$profile.id': 'text',
  '$profile.name': 'text',
  '$userrole.id': 'text',
  '$userrole.name': 'text',
  '$organization.id': 'text',
  '$organization.name': 'text',
};

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
    case 'time':
    case 'picklist':
    case 'multipicklist':
      return field.type;
    case 'textarea':
      throw new Error(`uses the long text field ${field.name}`);
    default:
      return 'text';
  }
}

type FormulaNames = {
  /** `Amount__c`, `Account__r.Owner.Name`; undefined when there is none. */
  field(name: string): FieldReference | undefined;
  hasCustomPermission(name: string): boolean;
};

/**
 * Compiles a formula to a function, types checked as Salesforce does when it is saved.
 * @param blankAsZero `formulaTreatBlanksAs`: numbers without a value count as 0
 * @throws Error with a message that says what is wrong or not supported
 */
export function compileFormula(source: string, names: FormulaNames, blankAsZero: boolean): CompiledFormula {
  const uses: Field[] = [];
  const compile = (node: Expression): Typed => {
    switch (node.kind) {
      case 'number':
      case 'text':
      case 'boolean':
        return { type: node.kind, evaluate: () => node.value, literal: node.value };
      case 'null':
        return { type: 'null', evaluate: () => null };
      case 'field':
        return node.name.startsWith('$') ? global(node.name) : fieldValue(node.name);
      case 'unary':
        return unary(node.operator, compile(node.operand));
      case 'binary':
        return binary(node.operator, compile(node.left), compile(node.right));
      case 'call': {
        const make = FUNCTIONS[node.name];
        if (!make) throw new Error(`uses the function ${node.name}`);
        return make(node.args.map(compile), node.name);
      }
    }
  };
  const global = (name: string): Typed => {
    const [, permission] = /^\$Permission\.(\w+)$/i.exec(name) ?? [];
    if (permission !== undefined && !names.hasCustomPermission(permission))
      throw new Error(`uses ${name}, and there is no such custom permission`);
    const type = permission === undefined ? GLOBALS[name.toLowerCase()] : 'boolean';
    if (!type) throw new Error(`uses ${name}`);
    return { type, evaluate: (context) => context.global(name) };
  };
  const fieldValue = (name: string): Typed => {
    const reference = names.field(name);
    if (!reference) throw new Error(`uses ${name}, which is no field of this object`);
    const { field, parents } = reference;
    const type = typeOf(field);
    if (parents.length === 0) uses.push(field);
    /** Percents count as fractions. */
    const read = (value: FieldValue): FieldValue => {
      if (value === null) return blankAsZero && type === 'number' ? 0 : null;
      return field.type === 'percent' ? decimal(Number(value) / 100) : value;
    };
    if (parents.length > 0) return { type, evaluate: (context) => read(context.related(reference)) };
    return { type, field, evaluate: ({ value }) => read(value(field)) };
  };
  const { type, evaluate } = compile(parseFormula(source));
  return { type, evaluate, uses };
}

function unary(operator: '-' | '!', operand: Typed): Typed {
  if (operator === '!') return not(operand);
  need(operand, operator, 'number');
  return { type: 'number', evaluate: strict([operand], ([value]) => -Number(value)) };
}

function binary(operator: BinaryOperator, left: Typed, right: Typed): Typed {
  switch (operator) {
    case '&&':
      return LOGIC['AND']!([left, right], 'AND');
    case '||':
      return LOGIC['OR']!([left, right], 'OR');
    case '&':
      return concatenation(left, right);
    case '+':
    case '-':
    case '*':
    case '/':
    case '^':
      return arithmetic(operator, left, right);
    default:
      return comparison(operator, left, right);
  }
}

function concatenation(left: Typed, right: Typed): Typed {
  need(left, '&', 'text');
  need(right, '&', 'text');
  return { type: 'text', evaluate: texts([left, right], ([a, b]) => a! + b!) };
}

function arithmetic(operator: '+' | '-' | '*' | '/' | '^', left: Typed, right: Typed): Typed {
  if (operator === '+' && left.type === 'text') return concatenation(left, right);
  if (operator === '-' && left.type === right.type && (left.type === 'date' || left.type === 'datetime')) {
    const days = left.type === 'date' ? dayOf : (value: FieldValue) => instantOf(value) / DAY_MS;
    return { type: 'number', evaluate: strict([left, right], ([a, b]) => decimal(days(a!) - days(b!))) };
  }
  if ((operator === '+' || operator === '-') && (left.type === 'date' || left.type === 'datetime')) {
    need(right, operator, 'number');
    const sign = operator === '+' ? 1 : -1;
    const move = (from: FieldValue, days: number): string =>
      left.type === 'date' ? dateOfDay(dayOf(from) + days) : dateTimeOf(instantOf(from) + days * DAY_MS);
    return { type: left.type, evaluate: strict([left, right], ([a, b]) => move(a!, sign * Number(b))) };
  }
  need(left, operator, 'number');
  need(right, operator, 'number');
  const work = {
    '+': (x: number, y: number) => x + y,
    '-': (x: number, y: number) => x - y,
    '*': (x: number, y: number) => x * y,
    '/': (x: number, y: number) => x / y,
    '^': (x: number, y: number) => x ** y,
  }[operator];
  return { type: 'number', evaluate: strict([left, right], ([a, b]) => decimal(work(Number(a), Number(b)))) };
}

function comparison(operator: '=' | '<>' | '<' | '<=' | '>' | '>=', left: Typed, right: Typed): Typed {
  for (const side of [left, right]) need(side, operator, 'number', 'text', 'boolean', 'date', 'datetime', 'time');
  if (left.type !== right.type && left.type !== 'null' && right.type !== 'null')
    throw new Error(`${operator} compares ${left.type} with ${right.type}`);
  /** Empty text is blank. */
  const plain = (value: FieldValue): FieldValue => (value === '' ? null : value);
  return {
    type: 'boolean',
    evaluate: (context) => {
      const [a, b] = [plain(left.evaluate(context)), plain(right.evaluate(context))];
      if (operator === '=') return a === b;
      if (operator === '<>') return a !== b;
      if (a === null || b === null) return false;
      return operator === '<' ? a < b : operator === '<=' ? a <= b : operator === '>' ? a > b : a >= b;
    },
  };
}
