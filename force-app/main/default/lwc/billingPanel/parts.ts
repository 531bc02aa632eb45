import type { LightningElement } from 'lwc';

export type Load = () => Promise<{ default: typeof LightningElement }>;

/** Names of bundles stand as they are in `import()`, where a deploy looks for them. */
export const PARTS = {
  charges: () => import('c/billingCharges'),
  dunning: () => import('c/billingDunning'),
  invoices: () => import('c/billingInvoices'),
  payments: () => import('c/billingPayments'),
  reasons: () => import('c/billingReasons'),
  subscriptions: () => import('c/billingSubscriptions'),
  timeline: () => import('c/billingTimeline'),
  usage: () => import('c/billingUsage'),
} satisfies Record<string, Load>;

export type PartName = keyof typeof PARTS;
