import { count, need, texts, type FormulaType, type Typed } from '../typed.ts';
import type { FormulaFunction } from './logic.ts';

/** @param types of the arguments, in order; those from `least` on may be left out */
function textual(
  types: readonly FormulaType[],
  least: number,
  type: FormulaType,
  work: (values: string[]) => string | number | boolean,
): FormulaFunction {
  return (args, name) => {
    count(args, name, least, types.length);
    args.forEach((arg, at) => need(arg, name, types[at]!));
    return { type, evaluate: texts(args, work) };
  };
}

/** Java's `find` against the whole text, which is what REGEX does. */
function regex(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u');
  } catch {
    throw new Error(`REGEX cannot read ${pattern}`);
  }
}

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!);

const contains: FormulaFunction = (args, name) => {
  count(args, name, 2);
  need(args[0]!, name, 'text', 'multipicklist');
  need(args[1]!, name, 'text');
  return { type: 'boolean', evaluate: texts(args, ([text, part]) => text!.includes(part!)) };
};

/** Text functions. */
export const TEXTS: Readonly<Record<string, FormulaFunction>> = {
  TEXT: (args: Typed[], name) => {
    count(args, name, 1);
    need(args[0]!, name, 'picklist', 'number', 'date', 'datetime', 'time');
    const asTime = args[0]!.type === 'datetime';
    return {
      type: 'text',
      evaluate: texts(args, ([text]) => (asTime ? text!.replace(/^(.{10})T(.{8}).*$/, '$1 $2Z') : text!)),
    };
  },
  LEN: textual(['text'], 1, 'number', ([text]) => text!.length),
  LEFT: textual(['text', 'number'], 2, 'text', ([text, length]) => text!.slice(0, Math.max(0, Number(length)))),
  RIGHT: textual(['text', 'number'], 2, 'text', ([text, length]) =>
    Number(length) <= 0 ? '' : text!.slice(-Number(length)),
  ),
  MID: textual(['text', 'number', 'number'], 3, 'text', ([text, from, length]) => {
    const start = Math.max(1, Number(from)) - 1;
    return text!.slice(start, start + Math.max(0, Number(length)));
  }),
  LOWER: textual(['text', 'text'], 1, 'text', ([text]) => text!.toLowerCase()),
  UPPER: textual(['text', 'text'], 1, 'text', ([text]) => text!.toUpperCase()),
  TRIM: textual(['text'], 1, 'text', ([text]) => text!.trim()),
  CONTAINS: contains,
  BEGINS: textual(['text', 'text'], 2, 'boolean', ([text, start]) => text!.startsWith(start!)),
  SUBSTITUTE: textual(['text', 'text', 'text'], 3, 'text', ([text, old, by]) =>
    old === '' ? text! : text!.split(old!).join(by!),
  ),
  FIND: textual(['text', 'text', 'number'], 2, 'number', ([part, text, from]) =>
    part === '' ? 0 : text!.indexOf(part!, Math.max(0, Number(from ?? 1) - 1)) + 1,
  ),
  LPAD: textual(['text', 'number', 'text'], 2, 'text', ([text, length, by]) =>
    text!.slice(0, Number(length)).padStart(Number(length), by ?? ' '),
  ),
  RPAD: textual(['text', 'number', 'text'], 2, 'text', ([text, length, by]) =>
    text!.slice(0, Number(length)).padEnd(Number(length), by ?? ' '),
  ),
  REGEX: (args, name) => {
    count(args, name, 2);
    for (const arg of args) need(arg, name, 'text');
    const pattern = args[1]!.literal;
    if (typeof pattern !== 'string') throw new Error(`${name} takes a literal pattern only`);
    const expression = regex(pattern);
    return { type: 'boolean', evaluate: texts(args.slice(0, 1), ([text]) => expression.test(text!)) };
  },
  BR: textual([], 0, 'text', () => '<br>'),
  HYPERLINK: textual(
    ['text', 'text', 'text'],
    2,
    'text',
    ([address, label, target]) =>
      `<a href="${escapeHtml(address!)}" target="${escapeHtml(target ?? '_blank')}">${escapeHtml(label!)}</a>`,
  ),
  IMAGE: textual(['text', 'text', 'number', 'number'], 2, 'text', ([address, label, height, width]) => {
    const size =
      height === undefined ? '' : ` style="height:${height}px;${width === undefined ? '' : ` width:${width}px;`}"`;
    return `<img src="${escapeHtml(address!)}" alt="${escapeHtml(label!)}"${size} border="0"/>`;
  }),
  CASESAFEID: textual(['text'], 1, 'text', ([text]) => text!),
};
