import type { Row } from './rows';
import { parentOf } from './rows';

/** Rows of one billing account, or all rows; those of which the user may not read whose they are stay. */
export function ofBillingAccount(rows: readonly Row[], id: string): readonly Row[] {
  const tells = rows.some((row) => 'Billing_Account__r' in row);
  return id && tells ? rows.filter((row) => parentOf(row, 'Billing_Account__r')?.Id === id) : rows;
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
