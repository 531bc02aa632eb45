import { discountParams } from '../catalog/discounts.ts';
import {
  array,
  currency,
  decimal,
  either,
  flag,
  integer,
  integerFrom,
  metadata,
  oneOf,
  shape,
  text,
  time,
  unsimulated,
  type Read,
} from '../protocol/params.ts';
import { scheduleUpdateFields } from '../schedules/scheduleParams.ts';
import { billingMode, pauseFields, updateFields } from '../subscriptions/subscriptionParams.ts';

const period = shape({ start: time, end: time });

export const previewFields = {
  automatic_tax: shape({ enabled: flag, liability: unsimulated }),
  currency,
  customer: text,
  customer_details: unsimulated,
  discounts: discountParams,
  invoice_items: array(
    shape({
      amount: integer,
      currency,
      description: text,
      discountable: flag,
      discounts: unsimulated,
      invoiceitem: unsimulated,
      metadata,
      period,
      price: text,
      price_data: unsimulated,
      quantity: integerFrom(0),
      quantity_decimal: unsimulated,
      tax_behavior: unsimulated,
      tax_code: unsimulated,
      tax_rates: unsimulated,
      unit_amount: integer,
      unit_amount_decimal: decimal,
    }),
  ),
  issuer: unsimulated,
  preview_mode: oneOf('next', 'recurring'),
  schedule: text,
  schedule_details: shape({
    billing_mode: billingMode,
    end_behavior: scheduleUpdateFields.end_behavior,
    pause_schedules: unsimulated,
    phases: scheduleUpdateFields.phases,
    proration_behavior: scheduleUpdateFields.proration_behavior,
  }),
  subscription: text,
  subscription_details: shape({
    billing_cycle_anchor: shape({ type: oneOf('now', 'timestamp', 'unchanged'), timestamp: time }),
    billing_mode: billingMode,
    billing_schedules: unsimulated,
    cancel_at: updateFields.cancel_at,
    cancel_at_period_end: flag,
    cancel_now: flag,
    default_tax_rates: unsimulated,
    items: updateFields.items,
    metadata,
    pause: shape(pauseFields),
    proration_behavior: updateFields.proration_behavior,
    proration_date: time,
    resume_at: oneOf('now'),
    start_date: unsimulated,
    trial_end: either(time, oneOf('now')),
  }),
};

export type PreviewParams = Read<typeof previewFields>;
