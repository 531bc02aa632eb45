import { discountParams } from '../catalog/discounts.ts';
import {
  array,
  clearable,
  currency,
  either,
  flag,
  integerFrom,
  metadata,
  oneOf,
  shape,
  text,
  time,
  unsimulated,
  type Read,
} from '../protocol/params.ts';
import { addedToPhase, billingMode, itemFields, prorationBehavior } from '../subscriptions/subscriptionParams.ts';

const collection = oneOf('charge_automatically', 'send_invoice');
const anchor = oneOf('automatic', 'phase_start');
const invoiceSettings = shape({
  account_tax_ids: unsimulated,
  custom_fields: unsimulated,
  days_until_due: integerFrom(0),
  description: unsimulated,
  footer: unsimulated,
  issuer: unsimulated,
});

const phase = shape({
  add_invoice_items: addedToPhase,
  automatic_tax: unsimulated,
  billing_cycle_anchor: anchor,
  billing_thresholds: unsimulated,
  collection_method: collection,
  currency,
  default_payment_method: text,
  default_tax_rates: unsimulated,
  description: clearable(text),
  discounts: discountParams,
  duration: shape({ interval: oneOf('day', 'week', 'month', 'year'), interval_count: integerFrom(1) }),
  end_date: either(time, oneOf('now')),
  invoice_settings: invoiceSettings,
  items: array(shape(itemFields)),
  metadata,
  proration_behavior: prorationBehavior,
  start_date: either(time, oneOf('now')),
  trial: flag,
  trial_end: either(time, oneOf('now')),
});

const common = {
  default_settings: shape({
    automatic_tax: unsimulated,
    billing_cycle_anchor: anchor,
    billing_thresholds: unsimulated,
    collection_method: collection,
    default_payment_method: text,
    description: clearable(text),
    invoice_settings: invoiceSettings,
  }),
  end_behavior: oneOf('cancel', 'release'),
  metadata,
  pause_schedules: unsimulated,
  phases: array(phase),
};

export const scheduleCreateFields = {
  ...common,
  billing_mode: billingMode,
  customer: text,
  from_subscription: text,
  start_date: either(time, oneOf('now')),
};

export const scheduleUpdateFields = { ...common, proration_behavior: prorationBehavior };

export type ScheduleCreate = Read<typeof scheduleCreateFields>;
export type ScheduleUpdate = Read<typeof scheduleUpdateFields>;
export type PhaseParams = ReturnType<typeof phase>;
