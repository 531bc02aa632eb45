import type { Drift, HeldFields, ProjectedRow } from '../ports/org.ts';
import type { OrgValue } from '../ports/orgRows.ts';

/** `2026-11-21T10:00:00.000Z` and `2026-11-21T10:00:00.000+0000` are the same instant. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/;

/** What a value is compared as: Salesforce keeps no blanks at the ends, no empty text, and its own form of line ends. */
function comparable(value: OrgValue): OrgValue {
  if (typeof value !== 'string') return value;
  const text = value.replaceAll('\r\n', '\n').trim();
  if (text === '') return null;
  return INSTANT.test(text) ? new Date(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2')).toISOString() : text;
}

/**
 * @param held what the org has of the row; undefined when it is not there
 * @returns null when it is what it was confirmed to be, or when it is about to be written anyway
 */
export function driftOf(projected: ProjectedRow, held: HeldFields | undefined): Drift | null {
  const { row, accountId, confirmedVersion } = projected;
  if (confirmedVersion === null) return null;
  const drift = { row: { object: row.object, key: row.key }, accountId, seenVersion: confirmedVersion };
  if (held === undefined) return { ...drift, kind: 'deleted', fields: [], orgVersion: 0, changedBy: null };
  const fields: { name: string; billing: OrgValue; org: OrgValue }[] = [];
  const compare = (name: string, billing: OrgValue, org: OrgValue): void => {
    if (comparable(billing) !== comparable(org)) fields.push({ name, billing, org });
  };
  for (const [name, value] of Object.entries(row.fields)) compare(name, value, held.fields[name] ?? null);
  for (const [name, parent] of Object.entries(row.parents)) compare(name, parent.key, held.parents[name] ?? null);
  const moved = held.accountId !== null && accountId !== null && held.accountId !== accountId;
  if (moved) compare('Account__c', accountId, held.accountId);
  if (held.version !== confirmedVersion) compare('Row_Version__c', confirmedVersion, held.version);
  if (fields.length === 0) return null;
  const { version: orgVersion, changedBy } = held;
  return { ...drift, kind: moved ? 'moved' : 'edited', fields, orgVersion, changedBy };
}
