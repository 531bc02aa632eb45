/**
 * What the vendor's API description lists and this simulator has not, by path: a real tenant would answer, so 404 would
 * tell a client something wrong.
 */
const families = [
  'v1/accounting-codes',
  'v1/accounting-periods',
  'v1/adjustments',
  'v1/attachments',
  'v1/billing-preview-runs',
  'v1/bulk',
  'v1/catalog-groups',
  'v1/contact-snapshots',
  'v1/custom-exchange-rates',
  'v1/customfields',
  'v1/describe',
  'v1/einvoice',
  'v1/fulfillment-items',
  'v1/fulfillments',
  'v1/hostedpages',
  'v1/journal-entries',
  'v1/journal-runs',
  'v1/object/import',
  'v1/offers',
  'v1/order-line-items/bulk',
  'v1/payment-method-updaters',
  'v1/payment-schedule-items',
  'v1/payment-schedules',
  'v1/ppdd',
  'v1/price-book-items',
  'v1/product-charge-definitions',
  'v1/product-rateplan-definitions',
  'v1/rev-rec-events',
  'v1/revenue-',
  'v1/rsa-signatures',
  'v1/sequence-sets',
  'v1/sign-up',
  'v1/taxationitems',
  'v1/object/taxation-item',
  'v1/uno-regenerate',
  'deployment-manager',
  'meters',
  'objects',
  'open-payment-method-types',
  'payment-methods/apple-pay',
  'settings',
  'system-health',
  'versions',
  'web-payments',
  'workflows',
];

const familyPattern = new RegExp(`^/(${families.join('|')})`);

/** Single operations of families that are there otherwise. */
const operations = [
  /^GET \/v1\/batch-query\/jobs\/partner\//,
  /^\w+ \/v1\/accounts\/billing-documents\/files\/deletion-jobs/,
  /^\w+ \/v1\/multi-organizations\//,
  /^\w+ \/notifications\/history/,
  /^GET \/v1\/notification-history\/email$/,
  /^PUT \/v1\/orderActions\//,
  /^POST \/v1\/refunds\/[^/]+\/reconcile$/,
  /^GET \/v1\/(payments|refunds)\/[^/]+\/parts\/[^/]+\/itemparts/,
  /^POST \/v1\/payments\/[^/]+\/refunds\/unapply$/,
  /^GET \/v1\/invoices\/invoice-item\/[^/]+\/usage-rate-detail$/,
  /^PUT \/v1\/(debitmemos|invoices|revpro-accounting-codes)$/,
  /^POST \/v1\/payment-methods\/decryption$/,
];

/** What real tenants have and this one has not, in words; undefined for any other call. */
export function otherOperation(method: string, path: string): string | undefined {
  const family = familyPattern.exec(path)?.[1];
  if (family !== undefined) return `/${family}`;
  return operations.some((one) => one.test(`${method} ${path}`)) ? `${method} ${path}` : undefined;
}
