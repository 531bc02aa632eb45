import type { Asked, Panel, Phase, Row } from 'c/billingRows';
import { rowsOf, standing } from 'c/billingRows';
import { notifyRecordUpdateAvailable } from 'lightning/uiRecordApi';

type UiRecord = { readonly id: string; readonly fields: Readonly<Record<string, { readonly value: unknown }>> };
export type WiredRecord = { readonly data?: unknown; readonly error?: unknown };

/** The record of the page, as far as it is known. */
export type Page = { readonly row: Row | undefined; readonly errors: readonly unknown[] };

export const NO_PAGE: Page = { row: undefined, errors: [] };

/** Takes the record in; a failed try keeps what is known of it. */
export function pageOf(before: Page, { data, error }: WiredRecord, recordId: string | undefined): Page {
  const known = before.row?.Id === recordId ? before.row : undefined;
  return { row: data ? rowOfRecord(data as UiRecord) : known, errors: error ? [error] : [] };
}

/**
 * Has the record read again.
 *
 * @returns the fields to ask for: after a failure a new list of the same, because only another question is asked anew
 */
export async function readAgain({ row, errors }: Page, fields: readonly string[]): Promise<readonly string[]> {
  if (!row || errors.length > 0) {
    return [...fields];
  }
  await notifyRecordUpdateAvailable([{ recordId: row.Id }]);
  return fields;
}

/** A record of the UI API in the form of a GraphQL node: fields by name, parents by relationship. */
function rowOfRecord({ id, fields }: UiRecord): Row {
  const entries = Object.entries(fields).map(([name, field]) => {
    const parent = field.value as UiRecord | null;
    return [name, parent !== null && typeof parent === 'object' ? rowOfRecord(parent) : field];
  });
  return { Id: id, ...Object.fromEntries(entries) } as Row;
}

/**
 * Decides what a panel beside a record shows, out of the record and what billing holds for its Account.
 *
 * @param accountId of the record; null when it has none
 * @param objects that make the panel worth showing; any of them is enough
 */
export function panelBeside(page: Page, accountId: string | null, asked: Asked, objects: readonly string[]): Panel {
  // What was answered for another Account says nothing of this one.
  const data = asked.recordId === accountId ? asked.data : undefined;
  const found = objects.map((object) => rowsOf(data, object));
  const rows = standing(found.flatMap((one) => one ?? []));
  const errors = [...page.errors, ...asked.errors] as Panel['errors'];
  const phase = (): Phase => {
    if (page.row && accountId === null) {
      return 'empty';
    }
    if (!page.row || !data) {
      return errors.length > 0 ? 'error' : 'loading';
    }
    if (found.every((one) => one === undefined)) {
      return errors.length > 0 ? 'error' : 'noaccess';
    }
    return rows.length > 0 ? 'ready' : 'empty';
  };
  const connections = rowsOf(data, 'Billing_Connection__c') ?? [];
  return { phase: phase(), rows, fields: new Set(), connections, errors, more: false };
}
