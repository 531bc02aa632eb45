import type { Field, FieldValue, SObject } from '../types.ts';

/** `picklist` and `multipicklist` are types of their own: few functions take them. */
export type FormulaType =
  'number' | 'text' | 'boolean' | 'date' | 'datetime' | 'time' | 'picklist' | 'multipicklist' | 'null';

/** A field of the record itself, or of one that references lead to. */
export type FieldReference = { parents: readonly { field: Field; object: SObject }[]; field: Field };

/** What a formula is worked out on; `prior` is null for a record that is being inserted. */
export type FormulaContext = {
  value(field: Field): FieldValue;
  prior: ((field: Field) => FieldValue) | null;
  /** Value at the end of references; null when one of them is empty. */
  related(reference: FieldReference): FieldValue;
  /** `$User.Id`, `$Organization.Name`, `$Permission.X`. */
  global(name: string): FieldValue;
  /** Calendar date of the org, `YYYY-MM-DD`. */
  today: string;
  /** `YYYY-MM-DDTHH:MM:SS.000+0000` */
  now: string;
};

export type Evaluate = (context: FormulaContext) => FieldValue;
/** An expression whose type is known; `field` when it is a plain field of the record. */
export type Typed = { type: FormulaType; evaluate: Evaluate; field?: Field; literal?: FieldValue };
export type CompiledFormula = { type: FormulaType; evaluate: Evaluate; uses: readonly Field[] };

export function need(operand: Typed, what: string, ...types: FormulaType[]): void {
  if (operand.type !== 'null' && !types.includes(operand.type))
    throw new Error(`${what} does not take ${operand.type}`);
}

export function count(args: readonly Typed[], what: string, least: number, most = least): void {
  if (args.length < least || args.length > most) throw new Error(`${what} takes another number of arguments`);
}

/** Decimal arithmetic has no noise of binary floats. */
export const decimal = (value: number): number | null =>
  Number.isFinite(value) ? Number(value.toPrecision(15)) : null;

/** Blank arguments make a blank result. */
export function strict(args: readonly Typed[], work: (values: FieldValue[]) => FieldValue): Evaluate {
  return (context) => {
    const values = args.map((arg) => arg.evaluate(context));
    return values.includes(null) ? null : work(values);
  };
}

/** Blank text counts as empty text. */
export function texts(args: readonly Typed[], work: (values: string[]) => FieldValue): Evaluate {
  return (context) => work(args.map((arg) => String(arg.evaluate(context) ?? '')));
}

/** The one type of several branches. @throws Error when they differ */
export function commonType(branches: readonly Typed[], what: string): FormulaType {
  const type = branches.find((branch) => branch.type !== 'null')?.type ?? 'null';
  for (const branch of branches) need(branch, what, type);
  return type;
}
