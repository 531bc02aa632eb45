import type { SObject } from '../../types.ts';
import { READ_ONLY, flag, longText, money, picklist, reference, text, url, viewedFields } from '../fields.ts';
import { standard } from './parts.ts';

/** Products, price books and the prices between them (Object Reference). */
export function products(): SObject[] {
  return [
    standard(
      'Product2',
      'Products',
      '01t',
      'ReadWrite',
      [
        text('Name', 'Product Name', 255, { required: true }),
        text('ProductCode', 'Product Code', 255),
        longText('Description', 'Product Description', 4000),
        flag('IsActive', 'Active'),
        picklist('Family', 'Product Family', ['None']),
        picklist('QuantityUnitOfMeasure', 'Quantity Unit Of Measure', ['Each']),
        text('StockKeepingUnit', 'Product SKU', 180),
        url('DisplayUrl', 'Display URL', { length: 1000 }),
        text('ExternalId', 'External ID', 255),
        ...viewedFields(),
      ],
      { label: 'Product' },
    ),
    standard(
      'Pricebook2',
      'Price Books',
      '01s',
      'ReadWrite',
      [
        text('Name', 'Price Book Name', 255, { required: true }),
        text('Description', 'Description', 255),
        flag('IsActive', 'Active'),
        flag('IsStandard', 'Is Standard Price Book', READ_ONLY),
        ...viewedFields(),
      ],
      { label: 'Price Book' },
    ),
    standard(
      'PricebookEntry',
      'Price Book Entries',
      '01u',
      'ReadWrite',
      [
        reference('Pricebook2Id', 'Price Book ID', 'Pricebook2', 'Pricebook2', 'PricebookEntries', {
          required: true,
          updateable: false,
          onDelete: 'cascade',
        }),
        reference('Product2Id', 'Product ID', 'Product2', 'Product2', 'PricebookEntries', {
          required: true,
          updateable: false,
          onDelete: 'cascade',
        }),
        text('Name', 'Product Name', 255, READ_ONLY),
        text('ProductCode', 'Product Code', 255, READ_ONLY),
        money('UnitPrice', 'List Price', 2),
        flag('IsActive', 'Active'),
        flag('UseStandardPrice', 'Use Standard Price'),
      ],
      { label: 'Price Book Entry' },
    ),
  ];
}
