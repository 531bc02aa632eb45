import type { AccountView } from '../../../domain/account/view.ts';
import type { MappedField } from '../../../workflows/ports/orgMapping.ts';
import type { OrgRow, OrgValue } from '../../../workflows/ports/orgRows.ts';
import type { RowShape } from '../changes/reader.ts';
import { text as cut } from '../rows/fields.ts';
import { rowShapes } from '../shapes.ts';
import { ACCOUNT_SOURCES, accountValue } from './accountSources.ts';
import type { BillingText, billingTexts } from './billingFields.ts';
import { readText } from './readText.ts';

const currencyOfMain = ({ mainCurrency }: AccountView): string | null => mainCurrency;

/** What rows are made of. */
export type Told = {
  view: AccountView;
  /** What billing says beside what is derived. */
  texts: ReturnType<typeof billingTexts>;
};

/** Longest part of a text that a reason repeats. */
const REPEATED = 40;

function valueFor({ source, length, currency }: MappedField, row: OrgRow, view: AccountView | null): OrgValue {
  if (source === null) return null;
  if (row.object !== 'Account') {
    const value = row.fields[source] ?? null;
    return typeof value === 'string' && length !== null ? cut(value, length) : value;
  }
  const own = ACCOUNT_SOURCES[source];
  if (own === undefined || view === null) return null;
  // An amount in another currency than that of the field would be a wrong number.
  if (currency !== null && (own.currencyOf ?? currencyOfMain)(view) !== currency) return null;
  return accountValue(own, view, length ?? undefined);
}

/** Fields that are written, each with its sources: several only where two billing systems call the same by their own names. */
function writtenBy(fields: readonly MappedField[]): { field: MappedField; sources: string[] }[] {
  const byTarget = Map.groupBy(
    fields.filter(({ source }) => source !== null),
    ({ target }) => target,
  );
  return [...byTarget.values()].map((own) => ({ field: own[0]!, sources: own.flatMap(({ source }) => source ?? []) }));
}

/** Why a field does not hold what billing says; null where it does. */
function noteOf(
  { target, reading }: MappedField,
  sources: readonly string[],
  { text, differ }: BillingText,
  misfit: string | null,
): string | null {
  const source = sources.join(', ');
  const state = reading?.as === 'boolean' ? 'not set' : 'empty';
  if (differ) return `${target} is ${state}: the customers of this Account have different values of ${source}.`;
  if (misfit === null) return null;
  return `${target} is ${state}: ${JSON.stringify(cut(text, REPEATED))} (${source}) ${misfit}.`;
}

/** Of a row that is removed what billing said stays, but for numbers, which are zero like its amounts. */
function lastValue({ target, reading }: MappedField, before: OrgRow): OrgValue {
  if (reading?.as === 'number') return 0;
  return before.fields[target] ?? (reading?.as === 'boolean' ? false : null);
}

/**
 * @param fields what an admin's mapping adds and leaves out, as the org can take it
 * @param told what the rows are of; of a row that is removed, which is copied from itself alone, how it was before
 * @returns the row with the fields of the mapping: texts cut to the length of their field with a mark; what does not fit
 * is left empty, with the reason
 */
export function withMapped(row: OrgRow, fields: readonly MappedField[], told: Told | { before: OrgRow }): OrgRow {
  const own = fields.filter(({ object }) => object === row.object);
  if (own.length === 0) return row;
  const leftOut = new Set(own.filter(({ source }) => source === null).map(({ target }) => target));
  const kept = Object.entries(row.fields).filter(([name]) => !leftOut.has(name));
  const notes: string[] = [];
  const added = writtenBy(own).map(({ field, sources }): [string, OrgValue] => {
    const { target, reading } = field;
    if (reading === null) return [target, valueFor(field, row, 'view' in told ? told.view : null)];
    if ('before' in told) return [target, lastValue(field, told.before)];
    const found = told.texts(row.object, row.key, sources);
    const { value, misfit } = readText(found.text, reading, field.length);
    const note = noteOf(field, sources, found, misfit);
    if (note !== null) notes.push(note);
    return [target, value];
  });
  const mapped = { ...row, fields: Object.fromEntries([...kept, ...added]) };
  return notes.length === 0 ? mapped : { ...mapped, notes };
}

/** @returns the shapes of rows with the fields of a mapping: what it writes is ours, like the rest, and nothing that it leaves out */
export function shapesWith(fields: readonly MappedField[]): RowShape[] {
  return rowShapes.map((shape) => {
    const own = fields.filter(({ object }) => object === shape.object);
    if (own.length === 0) return shape;
    const leftOut = new Set(own.filter(({ source }) => source === null).map(({ target }) => target));
    const added = writtenBy(own).map(({ field: { target } }) => target);
    return { ...shape, fields: [...shape.fields.filter((name) => !leftOut.has(name)), ...added] };
  });
}
