/** What an organisation has decided about everything that is ordered in Stripe; the names are Stripe's. */
export type StripeOrderSettings = {
  /** Invoices that customers pay by themselves, or a payment method that is charged. */
  collectionMethod: 'send_invoice' | 'charge_automatically';
  /** Of invoices that are sent. */
  daysUntilDue: number;
  /** What becomes of a period that is under way when something of it changes. */
  prorationBehavior: 'create_prorations' | 'always_invoice' | 'none';
};

export const STRIPE_ORDER_SETTINGS: StripeOrderSettings = {
  collectionMethod: 'send_invoice',
  daysUntilDue: 30,
  prorationBehavior: 'create_prorations',
};
