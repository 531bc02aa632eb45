import type { Row, Selection } from 'c/graphqlRows';
import { nodesOf, parentOf, readable, standing } from 'c/graphqlRows';
import type { Asked, Panel } from 'c/panelState';
import { phaseOf } from 'c/panelState';

export { formatLastDay, formatPeriod } from './period';

/** Rows below a row, by the name of the relationship; undefined when the user may not read their object. */
export function childrenOf(row: Row | null | undefined, relationship: string): Row[] | undefined {
  return nodesOf(row?.[relationship] as Selection | null | undefined);
}

/** Rows of one billing account, or all rows; those of which the user may not read whose they are stay. */
export function ofBillingAccount(rows: readonly Row[], id: string): readonly Row[] {
  const tells = rows.some((row) => 'Billing_Account__r' in row);
  return id && tells ? rows.filter((row) => parentOf(row, 'Billing_Account__r')?.Id === id) : rows;
}

/** Decides what to show of rows below one record; `found` is undefined when their object may not be read. */
export function childPanel(asked: Asked, found: readonly Row[] | undefined, fields: readonly string[]): Panel {
  const rows = standing(found ?? []);
  const seen = readable(rows, fields);
  const phase = phaseOf(asked, found, rows, seen);
  return { phase, rows, fields: seen, connections: [], errors: asked.errors, more: false };
}

const SHORT_LIST_ROWS = 6;

/** The first rows of a long list, and with them every row that must be seen. */
export function shortList<T>(rows: readonly T[], mustShow: (row: T) => boolean): T[] {
  return rows.filter((row, index) => index < SHORT_LIST_ROWS || mustShow(row));
}

/** What is open once a key was pressed: it opens what was shut and shuts what was open. */
export function toggled(opened: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const others = [...opened].filter((other) => other !== key);
  return new Set(opened.has(key) ? others : [...others, key]);
}

/** Tells the tabs how many rows a list has; it has to get out of what the list was loaded into. */
export function counted(section: string, count: number): CustomEvent {
  return new CustomEvent('count', { detail: { section, count }, bubbles: true, composed: true });
}
