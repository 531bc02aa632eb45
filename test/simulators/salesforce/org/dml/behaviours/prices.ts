import { RowFault } from '../../errors.ts';
import { holders, target, type DmlContext, type Save } from '../context.ts';
import { missing } from '../faults.ts';
import type { SRecord } from '../../types.ts';
import type { Behaviour } from './behaviour.ts';

/** There is one standard price book; nobody deletes it. */
export const priceBook: Behaviour = {
  removing(_context, record) {
    if (record['IsStandard'] === true)
      throw new RowFault('DELETE_FAILED', 'The standard price book cannot be deleted.');
  },
};

const isStandard = (context: DmlContext, entry: SRecord): boolean =>
  target(context, 'Pricebook2', entry['Pricebook2Id'])?.['IsStandard'] === true;

function checkPrices({ context, before, after }: Save): void {
  const others = holders(context, 'PricebookEntry', 'Product2Id', String(after['Product2Id'])).filter(
    (entry) => entry.Id !== after.Id,
  );
  const standard = others.find((entry) => isStandard(context, entry));
  const custom = !isStandard(context, after);
  if (!before) {
    if (custom && !standard)
      throw new RowFault('STANDARD_PRICE_NOT_DEFINED', 'Before creating a custom price, create a standard price.');
    if (others.some((entry) => entry['Pricebook2Id'] === after['Pricebook2Id']))
      throw new RowFault('DUPLICATE_VALUE', 'This price definition already exists in this price book');
  }
  if (after['UseStandardPrice'] === true) {
    if (!custom)
      throw new RowFault('FIELD_INTEGRITY_EXCEPTION', 'A standard price cannot use the standard price', [
        'UseStandardPrice',
      ]);
    after['UnitPrice'] = standard?.['UnitPrice'] ?? null;
  }
  if ((after['UnitPrice'] ?? null) === null) throw missing(['UnitPrice']);
}

/** A product's price in one price book; the standard one comes first (Object Reference, "PricebookEntry"). */
export const priceBookEntry: Behaviour = {
  prepare(save) {
    const { context, after } = save;
    if (target(context, 'Pricebook2', after['Pricebook2Id'])) checkPrices(save);
    const product = target(context, 'Product2', after['Product2Id']);
    after['Name'] = product?.['Name'] ?? null;
    after['ProductCode'] = product?.['ProductCode'] ?? null;
  },
};
