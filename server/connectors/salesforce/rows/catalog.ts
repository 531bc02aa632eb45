import { billedHowOften, listPriceOf, type Sellable } from '../../../domain/catalog/sellable.ts';
import { billedInWords, modelsInWords, nameInWords } from '../../../domain/catalog/words.ts';
import type { PriceBooks, ToCatalogRows } from '../../../workflows/ports/catalog.ts';
import type { OrgRow } from '../../../workflows/ports/orgRows.ts';
import { decimal, text } from './fields.ts';

/** Objects that a catalog is kept as, products before their prices. */
export const CATALOG_OBJECTS = ['Product2', 'PricebookEntry'] as const;

/** Name, and all else that billing does not say, is people's once the product is there. */
function productRow(sellable: Sellable, message: string | null): OrgRow {
  return {
    object: 'Product2',
    key: sellable.key,
    fields: {
      IsActive: sellable.active,
      Billing_Source__c: sellable.source,
      Billing_Product_Id__c: text(sellable.productId),
      Billing_Price_Id__c: text(sellable.priceId),
      Billing_Charge_Model__c: text(modelsInWords(sellable)),
      Billing_Interval__c: text(billedHowOften(sellable)),
      Billing_Price__c: text(billedInWords(sellable), 4000),
      Billing_Message__c: text(message),
    },
    initial: { Name: text(nameInWords(sellable)) },
    parents: {},
  };
}

/** Product, price book and currency of an entry cannot be changed. Source: Object Reference, "PricebookEntry". */
function entryRow({ key, active }: Sellable, priceBook: string, unitPrice: string, currency: string | null): OrgRow {
  return {
    object: 'PricebookEntry',
    key: `${key}:${priceBook}`,
    partOf: key,
    fields: { UnitPrice: decimal(unitPrice), IsActive: active },
    initial: { Pricebook2Id: priceBook, ...(currency === null ? {} : { CurrencyIsoCode: currency }) },
    parents: { Product2: { object: 'Product2', key } },
  };
}

function rowsOf(sellable: Sellable, { standard, sold, currency, namesCurrency }: PriceBooks): OrgRow[] {
  const price = listPriceOf(sellable, currency);
  const product = productRow(sellable, price.message);
  if (!price.listed) return [product];
  const own = namesCurrency ? currency : null;
  return [product, ...[...new Set([standard, sold])].map((book) => entryRow(sellable, book, price.unitPrice, own))];
}

/**
 * Products, and a price of each in the standard price book and in the one that people sell by. What never was on sale while
 * this was switched on is not made; what was and is no more is only made inactive, since offers point to it.
 */
export const toCatalogRows: ToCatalogRows = (sellables, books, before) => {
  const known = new Set(before.map(({ object, key }) => `${object} ${key}`));
  const rows = sellables
    .filter(({ active, key }) => active || known.has(`Product2 ${key}`))
    .flatMap((sellable) => rowsOf(sellable, books));
  const present = new Set(rows.map(({ object, key }) => `${object} ${key}`));
  const gone = before.filter(({ object, key }) => !present.has(`${object} ${key}`));
  return [...rows, ...gone.map((row) => ({ ...row, fields: { ...row.fields, IsActive: false } }))];
};
