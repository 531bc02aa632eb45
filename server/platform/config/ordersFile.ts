import { z } from 'zod';
import type { ConfigFault } from './configError.ts';
import { readJsonFile } from './jsonFile.ts';

const EXAMPLE =
  '{"mode": "shadow", "connection": "zuora", "recordTypes": ["New_Business"], "fields": {"Order_By_Billing__c": true}, "defaults": {"months": 12, "autoRenew": true}}';

const months = z
  .int('It must be a whole number of months.')
  .min(1, 'It must be 1 at least.')
  .max(600, 'It must be 600 at most.');

/** Custom fields of billing, with the field of Salesforce that each is filled from. */
const fieldMap = z
  .record(
    z.string().regex(/^\w+__c$/),
    z.string().regex(/^[A-Za-z]\w*$/, 'It must be the API name of a field of Salesforce.'),
    'It must be the API name of a custom field of billing.',
  )
  .default({});

const connection = z.string('It must be the name of a connection.').min(1, 'It must be the name of a connection.');

/** Which won deals are meant. */
const criteria = {
  recordTypes: z
    .array(z.string().regex(/^[A-Za-z]\w*$/, 'It must be the developer name of a record type.'))
    .min(1, 'It is empty.')
    .nullable()
    .default(null),
  fields: z
    .record(
      z.string().regex(/^[A-Za-z]\w*$/, 'It must be the API name of a field of Opportunity.'),
      z.union([z.string(), z.number(), z.boolean()], 'It must be a text, a number, true or false.'),
    )
    .default({}),
  amountAtLeast: z
    .number('It must be a number.')
    .min(0, 'It must be 0 at least.')
    .nullable()
    .default(null)
    .transform((amount) => (amount === null ? null : String(amount))),
};

const fileSchema = z.strictObject({
  mode: z.enum(['off', 'shadow', 'assisted', 'automatic'], 'It must be "off", "shadow", "assisted" or "automatic".'),
  connection: connection.optional(),
  ...criteria,
  targets: z
    .array(z.strictObject({ connection, ...criteria }))
    .min(1, 'It is empty.')
    .optional(),
  approvalHours: z
    .int('It must be a whole number of hours.')
    .min(1, 'It must be 1 at least.')
    .max(720, 'It must be 720 at most.')
    .default(72),
  defaults: z
    .strictObject({
      months: months.nullable().default(null),
      autoRenew: z.boolean('It must be true or false.').default(false),
      renewalMonths: months.nullable().default(null),
      cancel: z.enum(['term end', 'billed end'], 'It must be "term end" or "billed end".').default('term end'),
    })
    .prefault({}),
  stripe: z
    .strictObject({
      collectionMethod: z
        .enum(['send_invoice', 'charge_automatically'], 'It must be "send_invoice" or "charge_automatically".')
        .default('send_invoice'),
      daysUntilDue: z
        .int('It must be a whole number of days.')
        .min(0, 'It must be 0 at least.')
        .max(365, 'It must be 365 at most.')
        .default(30),
      prorationBehavior: z
        .enum(
          ['create_prorations', 'always_invoice', 'none'],
          'It must be "create_prorations", "always_invoice" or "none".',
        )
        .default('create_prorations'),
    })
    .prefault({}),
  customFields: z
    .strictObject({ order: fieldMap, subscription: fieldMap, ratePlan: fieldMap, charge: fieldMap })
    .prefault({}),
});

const ONE_OF_TWO = 'Name one connection here, or several as "targets", each with its own criteria.';

/** One target may stand in the file itself; of several the first that fits a deal gets its order. */
const ordersSchema = fileSchema
  .superRefine(({ connection: one, targets, recordTypes, fields, amountAtLeast }, context) => {
    const isOpen = recordTypes === null && Object.keys(fields).length === 0 && amountAtLeast === null;
    if (one === undefined && targets === undefined)
      context.addIssue({ code: 'custom', path: ['connection'], message: 'It must be the name of a connection.' });
    if (targets !== undefined && (one !== undefined || !isOpen))
      context.addIssue({ code: 'custom', path: ['targets'], message: ONE_OF_TWO });
  })
  .transform(({ connection: one, targets, recordTypes, fields, amountAtLeast, ...rest }) => ({
    ...rest,
    targets: targets ?? [{ connection: one!, recordTypes, fields, amountAtLeast }],
  }));

/** Which won deals become orders, where, and with which terms where nobody said others. */
export type OrdersConfig = z.infer<typeof ordersSchema>;

/**
 * @param path of a JSON file
 * @returns what it says, and every fault of it; null when it is wrong
 */
export function readOrdersFile(path: string): { orders: OrdersConfig | null; faults: ConfigFault[] } {
  const { content, faults } = readJsonFile(path, ordersSchema, { variable: 'ORDERS_FILE', example: EXAMPLE });
  return { orders: content, faults };
}
