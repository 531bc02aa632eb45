/** A node of a GraphQL connection: Id, and `{ value }` for every field that the user may read. */
export type Row = { readonly Id: string; readonly [field: string]: unknown };

export type Selection = {
  edges?: readonly ({ node?: Row | null } | null)[] | null;
  totalCount?: number | null;
  pageInfo?: { hasNextPage?: boolean; endCursor?: string | null };
};

/** What an answer has of one object; undefined when the user may not read it. */
export function selectionOf(data: unknown, object: string): Selection | undefined {
  const answer = data as { uiapi?: { query?: Record<string, Selection | null | undefined> } } | null | undefined;
  return answer?.uiapi?.query?.[object] ?? undefined;
}

/** Rows of a list; undefined when the user may not read its object. */
export function nodesOf(selection: Selection | null | undefined): Row[] | undefined {
  return selection ? (selection.edges ?? []).flatMap((edge) => edge?.node ?? []) : undefined;
}

/** Rows of one object; undefined when the answer has none of it because the user may not read the object. */
export function rowsOf(data: unknown, object: string): Row[] | undefined {
  return nodesOf(selectionOf(data, object));
}

/** Whether Salesforce holds more rows than were asked for. */
export function hasMore(data: unknown, object: string): boolean {
  return selectionOf(data, object)?.pageInfo?.hasNextPage === true;
}

/** Rows that still stand in billing; `Removed` ones wait for deletion and count nowhere. */
export function standing(rows: readonly Row[]): Row[] {
  return rows.filter((row) => textOf(row, 'Status__c') !== 'Removed');
}

/** Rows of one object that still stand; none when the user may not read it. */
export function standingOf(data: unknown, object: string): Row[] {
  return standing(rowsOf(data, object) ?? []);
}

/** The fields of rows that the user may read. */
export function readable(rows: readonly Row[]): Set<string> {
  return new Set(rows.flatMap((row) => Object.keys(row)).filter((field) => field !== 'Id'));
}

function valueOf(row: Row | null | undefined, field: string): unknown {
  return (row?.[field] as { value?: unknown } | null | undefined)?.value;
}

/** A field as text; null when it is empty or the user may not read it. */
export function textOf(row: Row | null | undefined, field: string): string | null {
  const value = valueOf(row, field);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A field as a number; null when it is empty or the user may not read it. */
export function numberOf(row: Row | null | undefined, field: string): number | null {
  const value = valueOf(row, field);
  return typeof value === 'number' ? value : null;
}

/** A checkbox; null when the user may not read it. */
export function booleanOf(row: Row | null | undefined, field: string): boolean | null {
  const value = valueOf(row, field);
  return typeof value === 'boolean' ? value : null;
}

/** The record that a lookup leads to, by its relationship name. */
export function parentOf(row: Row, relationship: string): Row | null {
  return (row[relationship] as Row | null | undefined) ?? null;
}
