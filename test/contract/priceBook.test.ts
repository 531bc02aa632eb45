import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOrgCalls } from '../../server/connectors/salesforce/calls.ts';
import { createSalesforceClient } from '../../server/connectors/salesforce/client.ts';
import type { DescribedField } from '../../server/connectors/salesforce/mapping/describe.ts';
import { objectOrder } from '../../server/connectors/salesforce/convert.ts';
import { createPriceBookReader } from '../../server/connectors/salesforce/priceBooks.ts';
import { toCatalogRows } from '../../server/connectors/salesforce/rows/catalog.ts';
import { createOrgWriter } from '../../server/connectors/salesforce/writer.ts';
import type { Sellable } from '../../server/domain/catalog/sellable.ts';
import { Fault } from '../../server/domain/fault.ts';
import type { PriceBookReader, PriceBooks } from '../../server/workflows/ports/catalog.ts';
import type { OrgRow, OrgWriter, OrgWriteResult } from '../../server/workflows/ports/orgRows.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import type { FieldValue, SRecord } from '../simulators/salesforce/org/types.ts';
import { orgLogin } from '../support/orgLogin.ts';
import { secretsOf } from '../support/secrets.ts';

const secrets = secretsOf();
let sim: RunningSalesforce;
let writer: OrgWriter;
let readerOf: (name: string) => PriceBookReader;
let books: PriceBooks;

beforeAll(async () => {
  sim = await startSalesforceSim({
    connectedApps: [{ clientId: secrets.salesforceClientId, publicKeyPem: secrets.salesforcePublicKey }],
  });
});
afterAll(() => sim.close());
beforeEach(async () => {
  sim.org.reset();
  const client = createSalesforceClient(orgLogin(sim, secrets), () => new Date());
  writer = createOrgWriter(createOrgCalls(client));
  readerOf = (name) => createPriceBookReader(client, { name, currency: 'USD' });
  byAdmin('Pricebook2', { Name: 'Sales', IsActive: true });
  books = await readerOf('Sales').priceBooks();
});

function byAdmin(object: string, fields: Record<string, FieldValue>): string {
  const [result] = sim.org.insert(object, [fields], { userId: sim.org.userNamed(USERS.admin)!.Id });
  expect(result).toMatchObject({ success: true });
  return result!.id!;
}

const sellable = (more: Partial<Sellable> = {}): Sellable => ({
  key: 'stripe:price:price_1',
  source: 'Stripe',
  productId: 'prod_1',
  priceId: 'price_1',
  product: 'Growth',
  variant: 'Monthly',
  active: true,
  charges: [
    {
      name: 'Growth',
      kind: 'recurring',
      model: 'perUnit',
      transform: null,
      priceInterval: { unit: 'month', count: 1 },
      billingInterval: { unit: 'month', count: 1 },
      prices: [{ currency: 'USD', price: '10', tiers: [] }],
    },
  ],
  ...more,
});
const rowsOf = (...sellables: Sellable[]) => toCatalogRows(sellables, books, []);
/** As it is sent once it was made. */
const made = ({ initial: _people, ...row }: OrgRow): OrgRow => row;

async function write(rows: readonly OrgRow[], rowVersion = 1): Promise<OrgWriteResult[]> {
  const chunks = objectOrder.flatMap((object) => {
    const own = rows.filter((row) => row.object === object);
    const writes = own.map((row) => ({ row, accountId: null, rowVersion, syncedAt: new Date(0) }));
    return own.length === 0 ? [] : [{ object, writes }];
  });
  return (await writer.write(chunks)).flatMap((result) => {
    if (result instanceof Fault) throw result;
    return result;
  });
}
const WRITTEN = { outcome: 'written' };
const ofBilling = (object: string): SRecord[] => sim.org.all(object).filter((one) => one['Billing_Key__c'] != null);

describe('a price of billing', () => {
  it('becomes a product with a price in the standard price book and in the one that people sell by', async () => {
    expect(await write(rowsOf(sellable()))).toEqual([WRITTEN, WRITTEN, WRITTEN]);
    const [product] = ofBilling('Product2');
    expect(product).toMatchObject({
      Name: 'Growth: Monthly',
      IsActive: true,
      Billing_Key__c: 'stripe:price:price_1',
      Billing_Source__c: 'Stripe',
      Billing_Product_Id__c: 'prod_1',
      Billing_Price_Id__c: 'price_1',
      Billing_Charge_Model__c: 'Per Unit',
      Billing_Interval__c: 'Monthly',
      Billing_Price__c: 'Growth (Per Unit): USD 10.00 a unit, a month',
      Billing_Message__c: null,
    });
    const entries = ofBilling('PricebookEntry');
    expect(entries.map((one) => one['Pricebook2Id']).sort()).toEqual([books.standard, books.sold].sort());
    for (const one of entries)
      expect(one).toMatchObject({ Product2Id: product!.Id, UnitPrice: 10, IsActive: true, UseStandardPrice: false });
  });

  it('has one price where people sell by the standard price book', () => {
    const rows = toCatalogRows([sellable()], { ...books, sold: books.standard }, []);
    expect(rows.map(({ object }) => object)).toEqual(['Product2', 'PricebookEntry']);
  });

  it('waits for the standard price, whatever the order', async () => {
    const [product, standard, sold] = rowsOf(sellable());
    expect(await write([product!, sold!])).toMatchObject([
      WRITTEN,
      { outcome: 'refused', retry: 'after_parent', code: 'STANDARD_PRICE_NOT_DEFINED' },
    ]);
    expect(await write([standard!])).toEqual([WRITTEN]);
    expect(await write([sold!])).toEqual([WRITTEN]);
  });

  it('waits for its product', async () => {
    const [, standard] = rowsOf(sellable());
    expect(await write([standard!])).toMatchObject([{ outcome: 'refused', retry: 'after_parent' }]);
  });

  it('is written again when the answer of the first time was lost, by what may change alone', async () => {
    await write(rowsOf(sellable()));
    const dearer = sellable();
    const rows = rowsOf({
      ...dearer,
      charges: dearer.charges.map((one) => ({ ...one, prices: [{ currency: 'USD', price: '12', tiers: [] }] })),
    });
    expect(await write(rows, 2)).toEqual([WRITTEN, WRITTEN, WRITTEN]);
    expect(ofBilling('PricebookEntry').map((one) => one['UnitPrice'])).toEqual([12, 12]);
  });

  it("changes nothing that is people's, and only what billing says", async () => {
    await write(rowsOf(sellable()));
    const { Id } = ofBilling('Product2')[0]!;
    const userId = sim.org.userNamed(USERS.admin)!.Id;
    sim.org.update('Product2', [{ Id, Name: 'Our Growth', Description: 'Sell it', Family: 'None' }], { userId });
    const archived = toCatalogRows([sellable({ active: false })], books, rowsOf(sellable()));
    expect(await write(archived.map(made), 2)).toEqual([WRITTEN, WRITTEN, WRITTEN]);
    expect(sim.org.get('Product2', Id)).toMatchObject({ Name: 'Our Growth', Description: 'Sell it', IsActive: false });
    expect(ofBilling('PricebookEntry').map((one) => one['IsActive'])).toEqual([false, false]);
  });

  it('is not made again when somebody deleted it', async () => {
    await write(rowsOf(sellable()));
    sim.org.remove('Product2', [ofBilling('Product2')[0]!.Id], { userId: sim.org.userNamed(USERS.admin)!.Id });
    expect(await write(rowsOf(sellable()).map(made), 2)).toEqual([WRITTEN, WRITTEN, WRITTEN]);
    expect([ofBilling('Product2'), ofBilling('PricebookEntry')]).toEqual([[], []]);
  });

  it('refuses what is older than what is there', async () => {
    await write(rowsOf(sellable()), 5);
    const outcomes = (await write(rowsOf(sellable()).map(made), 4)).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['newer_is_there', 'newer_is_there', 'newer_is_there']);
  });

  it('that people entered into the price book themselves stays theirs', async () => {
    const [product, standard] = rowsOf(sellable());
    await write([product!]);
    const theirs = byAdmin('PricebookEntry', {
      Pricebook2Id: books.standard,
      Product2Id: ofBilling('Product2')[0]!.Id,
      UnitPrice: 8,
    });
    const [result] = await write([standard!]);
    expect(result).toMatchObject({ outcome: 'refused', retry: 'never', code: 'DUPLICATE_VALUE' });
    expect(sim.org.get('PricebookEntry', theirs)).toMatchObject({ UnitPrice: 8 });
  });

  it('with a name that is longer than a name can be is cut, and not within an emoji', async () => {
    const [row] = rowsOf(sellable({ product: `${'x'.repeat(253)}🚀🚀`, variant: 'Gold' }));
    expect(row!.initial!['Name']).toBe(`${'x'.repeat(253)}…`);
    expect(await write([row!])).toEqual([WRITTEN]);
  });

  it('in another currency is a product without a price, which says so', () => {
    const own = sellable();
    const euro = {
      ...own,
      charges: own.charges.map((one) => ({ ...one, prices: [{ currency: 'EUR', price: '9', tiers: [] }] })),
    };
    const rows = rowsOf(euro);
    expect(rows.map(({ object }) => object)).toEqual(['Product2']);
    expect(rows[0]!.fields['Billing_Message__c']).toBe(
      'It is not in the price book, which is in USD: billing prices it in EUR.',
    );
  });
});

describe('the rows of a catalog', () => {
  it('are not made of what was archived before, and made inactive of what is gone', () => {
    expect(rowsOf(sellable({ active: false }))).toEqual([]);
    const before = rowsOf(sellable());
    const archived = toCatalogRows([sellable({ active: false })], books, before);
    const gone = toCatalogRows([], books, before);
    for (const rows of [archived, gone]) {
      expect(rows.map(({ object, key }) => [object, key])).toEqual(before.map(({ object, key }) => [object, key]));
      expect(rows.map(({ fields }) => fields['IsActive'])).toEqual([false, false, false]);
    }
  });

  it('leave the price book that was sold by before', () => {
    const before = rowsOf(sellable());
    const rows = toCatalogRows([sellable()], { ...books, sold: '01s000000000099AAA' }, before);
    const active = rows.filter(({ object, fields }) => object === 'PricebookEntry' && fields['IsActive'] === true);
    expect(active.map(({ initial }) => initial!['Pricebook2Id'])).toEqual([books.standard, '01s000000000099AAA']);
    expect(rows.filter(({ fields }) => fields['IsActive'] === false).map(({ key }) => key)).toEqual([
      `stripe:price:price_1:${books.sold}`,
    ]);
  });
});

describe('a price book', () => {
  it('is found by its name or its id', async () => {
    for (const name of ['Sales', ' sales ', books.sold, books.sold.slice(0, 15)])
      expect(await readerOf(name).priceBooks()).toEqual(books);
    expect(await readerOf('Standard Price Book').priceBooks()).toMatchObject({ sold: books.standard });
  });

  it('of an org with several currencies takes prices that name theirs', async () => {
    const client = createSalesforceClient(orgLogin(sim, secrets), () => new Date());
    const describe = () => Promise.resolve(new Map([['currencyisocode', {} as DescribedField]]));
    const several = await createPriceBookReader(client, { name: 'Sales', currency: 'USD' }, describe).priceBooks();
    expect([books.namesCurrency, several.namesCurrency]).toEqual([false, true]);
    const currencies = (rows: readonly OrgRow[]) => rows.map(({ initial }) => initial!['CurrencyIsoCode']);
    expect(currencies(toCatalogRows([sellable()], several, []))).toEqual([undefined, 'USD', 'USD']);
    expect(currencies(rowsOf(sellable()))).toEqual([undefined, undefined, undefined]);
  });

  it('that is not there, or there twice, is told with what to do', async () => {
    await expect(readerOf('Partners').priceBooks()).rejects.toMatchObject({
      code: 'price_book_missing',
      retryable: true,
      publicText: expect.stringContaining('The org has no price book "Partners"') as string,
    });
    const other = byAdmin('Pricebook2', { Name: 'Sales', IsActive: true });
    await expect(readerOf('Sales').priceBooks()).rejects.toMatchObject({
      code: 'price_book_missing',
      publicText: expect.stringContaining(other) as string,
    });
  });
});
