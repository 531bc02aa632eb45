import type { Source } from '../../../domain/billingAccount/billingAccount.ts';
import { exact, toDecimal, type Decimal } from '../../../domain/money/decimal.ts';
import { toMajor, type Money } from '../../../domain/money/money.ts';
import type { OrgRow, OrgValue } from '../../../workflows/ports/orgRows.ts';

/** @returns the text, cut to the length of its field with `…` as the mark that something is missing */
export function text(value: string | null, length = 255): string | null {
  if (value === null || value === '') return null;
  // A cut must not leave half of a surrogate pair behind: Salesforce counts UTF-16 units but refuses broken ones.
  return value.length <= length ? value : `${value.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** @returns as many numbers as the field takes whole, and how many more there are: one that is cut would be another one */
export function numbers(all: readonly string[], length = 255): string | null {
  if (all.length === 0) return null;
  const rest = (kept: number): string => (kept === all.length ? '' : ` and ${all.length - kept} more`);
  for (let kept = all.length; kept > 1; kept--) {
    const told = `${all.slice(0, kept).join(', ')}${rest(kept)}`;
    if (told.length <= length) return told;
  }
  return text(`${all[0]}${rest(1)}`, length);
}

/** @returns as many lines as the field takes whole, and a line that says how many more there are */
export function lines(all: readonly string[], length: number): string | null {
  const whole = all.join('\n');
  if (whole.length <= length) return text(whole, length);
  const rest = (kept: number): string => `… and ${all.length - kept} more lines, which do not fit here`;
  const room = length - rest(0).length;
  let used = 0;
  const over = all.findIndex((line) => (used += line.length + 1) > room);
  return over === 0 ? text(whole, length) : [...all.slice(0, over), rest(over)].join('\n');
}

/** An address that is cut leads nowhere, so one that is too long is left out. */
export function address(url: string): string | null {
  return url.length <= 255 ? url : null;
}

export function amount(value: Money | null): number {
  return value === null ? 0 : Number(toMajor(value));
}

/** An amount that may not be known, which is not the same as 0. */
export function knownAmount(value: Money | null | undefined): number | null {
  return value == null ? null : amount(value);
}

export function decimal(value: Decimal | null, digits = 3): number | null {
  return value === null ? null : Number(toDecimal(exact(value), digits));
}

type Origin = { source: Source; connection: string; sourceUrl: string };

export function origin({ source, connection, sourceUrl }: Origin, currency: string | null): Record<string, OrgValue> {
  return {
    Source__c: source,
    Connection__c: text(connection, 40),
    Source_Url__c: address(sourceUrl),
    Currency_Code__c: currency,
  };
}

export function derived(currency: string | null): Record<string, OrgValue> {
  return { Source__c: 'Billing 360', Connection__c: null, Source_Url__c: null, Currency_Code__c: currency };
}

/** Label of a row in lists and lookups; Salesforce would show the record id without one. */
export function name(value: string | null): Record<string, OrgValue> {
  return { Name: text(value, 80) };
}

/**
 * Lookups to rows of the same Account. One that has no parent among them is emptied: a row must not keep pointing to
 * what it pointed to before.
 * @param links relationship name → object and key of the parent
 */
export function lookups(
  rows: ReadonlySet<string>,
  links: Readonly<Record<string, readonly [string, string | null]>>,
): { parents: OrgRow['parents']; emptied: Record<string, null> } {
  const parents: Record<string, { object: string; key: string }> = {};
  const emptied: Record<string, null> = {};
  for (const [relationship, [object, key]] of Object.entries(links))
    if (key !== null && rows.has(key)) parents[relationship] = { object, key };
    else emptied[relationship.replace(/__r$/, '__c')] = null;
  return { parents, emptied };
}
