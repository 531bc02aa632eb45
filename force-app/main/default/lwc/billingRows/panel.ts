import type { GraphqlError, GraphqlResult } from 'lightning/graphql';
import type { Row } from './rows';
import { hasMore, readable, rowsOf, standing, textOf } from './rows';

/** What a panel has been answered so far, and for which record. */
export type Asked = {
  readonly recordId: string | undefined;
  readonly data: unknown;
  readonly errors: readonly GraphqlError[];
  readonly refresh: (() => Promise<unknown>) | undefined;
};

export type Phase = 'loading' | 'error' | 'noaccess' | 'empty' | 'ready';

export type Panel = {
  readonly phase: Phase;
  readonly rows: readonly Row[];
  /** Fields of the rows that the user may read. */
  readonly fields: ReadonlySet<string>;
  readonly connections: readonly Row[];
  readonly errors: readonly GraphqlError[];
  readonly more: boolean;
};

export const NOT_ASKED: Asked = { recordId: undefined, data: undefined, errors: [], refresh: undefined };

/** What an answer tells; undefined for one that was refused as a whole, which may come with an empty object. */
export function toldBy({ data }: GraphqlResult): unknown {
  return (data as { uiapi?: unknown } | null | undefined)?.uiapi ? data : undefined;
}

/** Takes an answer in; until there is one, what is known about the same record stays, never about another one. */
export function remember(before: Asked, result: GraphqlResult, recordId: string | undefined): Asked {
  const errors = result.errors ?? [];
  const data = before.recordId === recordId ? (toldBy(result) ?? before.data) : toldBy(result);
  return { recordId, data, errors, refresh: result.refresh ?? before.refresh };
}

/** Decides what to show of one object; of rows of which no field may be read there is nothing to see. */
export function panelOf(asked: Asked, object: string): Panel {
  const found = rowsOf(asked.data, object);
  const rows = standing(found ?? []);
  const fields = readable(rows);
  return {
    phase: phaseOf(asked, found, rows, fields),
    rows,
    fields,
    connections: rowsOf(asked.data, 'Billing_Connection__c') ?? [],
    errors: asked.errors,
    more: hasMore(asked.data, object),
  };
}

/** @param found undefined when the object may not be read */
export function phaseOf(
  asked: Asked,
  found: readonly Row[] | undefined,
  rows: readonly Row[],
  fields: ReadonlySet<string>,
): Phase {
  if (!asked.data || !found) {
    return asked.errors.length > 0 ? 'error' : asked.data ? 'noaccess' : 'loading';
  }
  if (rows.length === 0) {
    return 'empty';
  }
  return fields.size === 0 ? 'noaccess' : 'ready';
}

/** The connections that the rows of a panel come from, with Salesforce's; all of them while that cannot be told. */
export function connectionsOf(panel: Panel): readonly Row[] {
  const sources = new Set(panel.rows.map((row) => textOf(row, 'Source__c')).filter(Boolean));
  const own = panel.connections.filter((connection) => sources.has(textOf(connection, 'Source__c')));
  const org = panel.connections.filter((connection) => textOf(connection, 'Source__c') === 'Salesforce');
  return own.length > 0 ? [...own, ...org] : panel.connections;
}
