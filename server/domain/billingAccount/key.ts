import { Fault } from '../fault.ts';

/**
 * What a key can name, besides the rows derived from several of them: mirrored objects, parts of them that have rows of
 * their own in Salesforce, and what is not mirrored, only looked for.
 */
export type KeyKind =
  | ('account' | 'subscription' | 'invoice' | 'payment' | 'usage')
  | ('charge' | 'invoiceitem' | 'dunning')
  | ('change' | 'event')
  | ('creditmemo' | 'debitmemo' | 'creditnote')
  | ('link' | 'billto' | 'failure')
  | ('ordertask' | 'approval' | 'discrepancy')
  | ('accountnumber' | 'order' | 'refund' | 'paymentmethod' | 'contact')
  | ('productrateplan' | 'catalog')
  | ('product' | 'coupon' | 'price' | 'paymentintent' | 'invoicepayment' | 'dispute' | 'schedule');

/** @returns `<connection>:<kind>:<id>`, the identity of a mirrored object and of its row in Salesforce */
export function keyOf(connection: string, kind: KeyKind, id: string): string {
  return `${connection}:${kind}:${id}`;
}

/** @throws Fault of kind bug when the text is no key */
export function partsOf(key: string): { connection: string; kind: string; id: string } {
  const first = key.indexOf(':');
  const second = key.indexOf(':', first + 1);
  if (first < 1 || second < 0) {
    throw new Fault({ code: 'key_invalid', kind: 'bug', publicText: 'A key could not be read.', context: { key } });
  }
  return { connection: key.slice(0, first), kind: key.slice(first + 1, second), id: key.slice(second + 1) };
}

/** @returns the key whose work projects one Salesforce Account */
export function projectionKeyOf(accountId: string): string {
  return `account:projection:${accountId}`;
}

export function isProjection(key: string): boolean {
  return key.startsWith(projectionKeyOf(''));
}

/** @returns the key whose work follows what happens to one record in Salesforce: `salesforce:<object>:<18-character id>` */
export function orgKeyOf(object: string, recordId: string): string {
  return `salesforce:${object}:${recordId}`;
}

/** @returns the key whose work finds the Account of a billing account that names none: `match:billing:<billing account key>` */
export function matchKeyOf(billingAccountKey: string): string {
  return `match:billing:${billingAccountKey}`;
}

/** @returns the key whose work makes the billing account of an Account, where one is wanted: `provision:account:<18-character id>` */
export function provisioningKeyOf(accountId: string): string {
  return `provision:account:${accountId}`;
}

/** The key whose work has every Account looked at that may be one of those. */
export const PROVISION_ALL = 'provision:accounts:all';

export function isMatch(key: string): boolean {
  return key.startsWith(matchKeyOf(''));
}

/** @returns the key whose work reads the whole catalog of a connection: `<connection>:catalog:all` */
export function catalogKeyOf(connection: string): string {
  return keyOf(connection, 'catalog', 'all');
}

/** @returns the key of the row that tells people that a billing account waits for its Account: `<connection>:link:<id>` */
export function linkRowKeyOf(billingAccountKey: string): string {
  const { connection, id } = partsOf(billingAccountKey);
  return keyOf(connection, 'link', id);
}

/** The other way round. @throws Fault of kind bug when it is no such key */
export function billingAccountOfLinkRow(key: string): string {
  const { connection, id } = partsOf(key);
  return keyOf(connection, 'account', id);
}

/** @returns the key of the row that tells how the order of an Opportunity stands: `salesforce:order:<18-character id>` */
export function orderKeyOf(dealId: string): string {
  return keyOf('salesforce', 'order', dealId);
}

/**
 * @param reason whatever tells it from others of the same Opportunity, without a colon
 * @returns the key of a Task about the order of an Opportunity: `salesforce:ordertask:<18-character id>:<reason>`
 */
export function orderTaskKeyOf(dealId: string, reason: string): string {
  return keyOf('salesforce', 'ordertask', `${dealId}:${reason}`);
}

/** @returns the key of what finance was asked about the order of an Opportunity: `salesforce:approval:<18-character id>:<round>` */
export function approvalKeyOf(dealId: string, round: number): string {
  return keyOf('salesforce', 'approval', `${dealId}:${round}`);
}

/** @returns the key of what an Opportunity says otherwise than billing: `salesforce:discrepancy:<18-character id>` */
export function discrepancyKeyOf(dealId: string): string {
  return keyOf('salesforce', 'discrepancy', dealId);
}

/** @returns the key of what the bill-to of a billing account says otherwise in Salesforce: `<connection>:discrepancy:<id>` */
export function billToDiscrepancyKeyOf(billingAccountKey: string): string {
  const { connection, id } = partsOf(billingAccountKey);
  return keyOf(connection, 'discrepancy', id);
}

/** Whether a row is compared with what its Account holds; those of Opportunities and discrepancies are not read with it. */
export function isReadWithAccount(key: string): boolean {
  return dealOfKey(key) === null && !/^[^:]+:discrepancy:/.test(key);
}

/** @returns the 18-character id of the Opportunity whose order a row tells of, by its key; null for any other row */
export function dealOfKey(key: string): string | null {
  return /^salesforce:(?:order|ordertask|approval|discrepancy):(006[A-Za-z0-9]{15})(?::|$)/.exec(key)?.[1] ?? null;
}
