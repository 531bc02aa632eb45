/** Standard events by name, with their category codes (Zuora docs, "Standard events"). */
export const standardEvents: Record<string, string> = {
  InvoicePosted: '1110',
  ManualEmailForInvoice: '1130',
  BillingRunCompletion: '1410',
  PaymentDeclined: '2110',
  PaymentProcessed: '2120',
  PaymentRunCompletion: '2140',
  PaymentMethodUpdated: '2220',
  PaymentRefundProcessed: '2410',
  CreditMemoCreated: '2710',
  CreditMemoPosted: '2720',
  DebitMemoCreated: '2810',
  DebitMemoPosted: '2820',
};

/** Events of Zuora's own namespace that orders cause. */
export const zuoraEvents = ['OrderProcessed', 'OrderActionProcessed'];

/** Events of the tenant's preset triggers; the targets of the simulator's options get these and some standard ones. */
const presetTriggers = ['AccountCreated', 'AccountEdited', 'UsageCreated'];

/** What the targets of the simulator's options are told of. */
export const presetEvents = new Set([
  ...zuoraEvents,
  ...presetTriggers,
  'InvoicePosted',
  'PaymentDeclined',
  'PaymentProcessed',
  'PaymentRefundProcessed',
  'CreditMemoPosted',
  'DebitMemoPosted',
]);

/** Namespace of an event that is not a standard one. */
const namespaceOf = (event: string): string =>
  zuoraEvents.includes(event) ? 'com.zuora.notification' : 'user.notification';

/** How history names the category: a standard event's code, or `namespace:name` of a custom one. */
export const categoryOf = (event: string): string => standardEvents[event] ?? `${namespaceOf(event)}:${event}`;
