import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { USERS } from '../../test/simulators/salesforce/org/seed.ts';
import type { Stack } from '../../test/support/stack.ts';
import type { OrgClient } from './org.ts';

const PRICE_BOOK = 'Billing';
/** A product of the price book that billing does not know. */
export const WORKSHOP = 'Onboarding workshop';

/** What a deal sells of a product. */
export type Line = { product: string; quantity: number; price: number };

const settingsFile = (dataDir: string) => join(dataDir, 'orders.json');

/** @returns settings of a backend that orders won deals, once a start of the demo has switched that on; none before */
export function orderSettings(dataDir: string): Record<string, string> {
  const file = settingsFile(dataDir);
  return existsSync(file) ? { ORDERS_FILE: file, CATALOG_PRICE_BOOK: PRICE_BOOK, SALESFORCE_CURRENCY: 'USD' } : {};
}

/** Makes the price book that gets what billing sells, as an admin does before switching it on, and a product of another origin. */
export function makePriceBook({ org: { org } }: Pick<Stack, 'org'>): void {
  const admin = { userId: org.userNamed(USERS.admin)!.Id };
  function insert(object: string, fields: Record<string, string | number | boolean>): string {
    const [made] = org.insert(object, [{ IsActive: true, ...fields }], admin);
    if (!made?.success) throw new Error(`The org did not take a ${object}: ${JSON.stringify(made?.errors)}`);
    return made.id!;
  }
  const standard = org.all('Pricebook2').find((book) => book['IsStandard'] === true)!.Id;
  const billing = insert('Pricebook2', { Name: PRICE_BOOK });
  const workshop = insert('Product2', { Name: WORKSHOP });
  for (const book of [standard, billing])
    insert('PricebookEntry', { Product2Id: workshop, Pricebook2Id: book, UnitPrice: 5_000 });
}

/** Adds products of the price book to a deal. @returns when they are there */
export async function addLines(org: OrgClient, dealId: string, lines: readonly Line[]): Promise<void> {
  const entries = await org.query<{ Id: string; Pricebook2Id: string; Product2: { Name: string } }>(
    `SELECT Id, Pricebook2Id, Product2.Name FROM PricebookEntry WHERE Pricebook2.Name = '${PRICE_BOOK}'`,
  );
  for (const { product, quantity, price } of lines) {
    const entry = entries.find(({ Product2 }) => Product2.Name === product);
    if (!entry) throw new Error(`The price book ${PRICE_BOOK} has no ${product}.`);
    await org.edit('Opportunity', dealId, { Pricebook2Id: entry.Pricebook2Id });
    await org.create('OpportunityLineItem', {
      OpportunityId: dealId,
      PricebookEntryId: entry.Id,
      Quantity: quantity,
      UnitPrice: price,
    });
  }
}

/** Has won deals ordered from now on; settings that were given by hand stay. */
export async function switchOrdersOn(stack: Stack, dataDir: string): Promise<void> {
  writeFileSync(settingsFile(dataDir), JSON.stringify({ mode: 'automatic', connection: 'zuora' }, null, 2));
  await stack.restart({ ...orderSettings(dataDir), ...stack.env });
}
