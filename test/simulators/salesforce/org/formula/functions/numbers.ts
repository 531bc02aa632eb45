import { count, decimal, need, strict, texts, type Typed } from '../typed.ts';
import type { FormulaFunction } from './logic.ts';

function numeric(least: number, most: number, work: (...values: number[]) => number): FormulaFunction {
  return (args, name) => {
    count(args, name, least, most);
    for (const arg of args) need(arg, name, 'number');
    return { type: 'number', evaluate: strict(args, (values) => decimal(work(...values.map(Number)))) };
  };
}

/** Half away from zero. */
function round(value: number, places: number): number {
  const shifted = Number(`${Math.abs(value).toPrecision(15)}e${places}`);
  return Number.isNaN(shifted) ? value : Math.sign(value) * Number(`${Math.round(shifted)}e${-places}`);
}

/** Salesforce rounds CEILING and FLOOR away from and towards zero. */
const awayFromZero = (value: number): number => Math.sign(value) * Math.ceil(Math.abs(value));
const towardsZero = (value: number): number => Math.sign(value) * Math.floor(Math.abs(value));

const extreme = (pick: (...values: number[]) => number): FormulaFunction => numeric(1, Infinity, pick);

/** Mathematical functions. */
export const NUMBERS: Readonly<Record<string, FormulaFunction>> = {
  ROUND: numeric(2, 2, (value, places) => round(value!, places!)),
  CEILING: numeric(1, 1, (value) => awayFromZero(value!)),
  FLOOR: numeric(1, 1, (value) => towardsZero(value!)),
  MCEILING: numeric(1, 1, (value) => Math.ceil(value!)),
  MFLOOR: numeric(1, 1, (value) => Math.floor(value!)),
  ABS: numeric(1, 1, (value) => Math.abs(value!)),
  MOD: numeric(2, 2, (value, by) => value! - by! * Math.floor(value! / by!)),
  SQRT: numeric(1, 1, (value) => Math.sqrt(value!)),
  MIN: extreme(Math.min),
  MAX: extreme(Math.max),
  VALUE: (args: Typed[], name) => {
    count(args, name, 1);
    need(args[0]!, name, 'text');
    return {
      type: 'number',
      evaluate: texts(args, ([text]) => (/^\s*[-+]?(\d+\.?\d*|\.\d+)\s*$/.test(text!) ? Number(text) : null)),
    };
  },
};
