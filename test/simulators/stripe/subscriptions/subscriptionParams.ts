import { oneOffPriceData, priceData } from '../catalog/catalog.ts';
import { discountParams } from '../catalog/discounts.ts';
import { taxRateIds } from '../catalog/taxRates.ts';
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

export const prorationBehavior = oneOf('create_prorations', 'always_invoice', 'none');

const anchorType = shape({ type: oneOf('now', 'unchanged') });

export const feedback = clearable(
  oneOf(
    'customer_service',
    'low_quality',
    'missing_features',
    'other',
    'switched_service',
    'too_complex',
    'too_expensive',
    'unused',
  ),
);

export const itemFields = {
  billing_thresholds: unsimulated,
  current_trial: unsimulated,
  discounts: discountParams,
  metadata,
  plan: text,
  price: text,
  price_data: priceData,
  quantity: integerFrom(0),
  tax_rates: taxRateIds,
};

const addedItem = {
  discountable: flag,
  discounts: unsimulated,
  metadata,
  period: unsimulated,
  price: text,
  price_data: oneOffPriceData,
  quantity: integerFrom(0),
};
export const addedItems = array(shape(addedItem));
/** Of a phase, for whose time they are. */
export const addedToPhase = array(
  shape({
    ...addedItem,
    period: shape({ start: shape({ type: oneOf('phase_start') }), end: shape({ type: oneOf('phase_end') }) }),
  }),
);

export const billingMode = shape({
  type: oneOf('classic', 'flexible'),
  flexible: shape({ proration_discounts: oneOf('included', 'itemized') }),
});

/** Parameters that create and update have in common. */
const commonFields = {
  add_invoice_items: addedItems,
  application_fee_percent: unsimulated,
  automatic_tax: shape({ enabled: flag, liability: unsimulated }),
  billing_schedules: unsimulated,
  billing_thresholds: unsimulated,
  cancel_at: clearable(either(time, oneOf('min_period_end', 'max_period_end'))),
  cancel_at_period_end: flag,
  collection_method: oneOf('charge_automatically', 'send_invoice'),
  days_until_due: integerFrom(0),
  default_payment_method: clearable(text),
  default_source: unsimulated,
  default_tax_rates: taxRateIds,
  description: clearable(text),
  discounts: discountParams,
  invoice_settings: unsimulated,
  metadata,
  off_session: flag,
  on_behalf_of: unsimulated,
  payment_behavior: oneOf('allow_incomplete', 'default_incomplete', 'error_if_incomplete', 'pending_if_incomplete'),
  payment_settings: shape({
    payment_method_options: unsimulated,
    payment_method_types: array(text),
    save_default_payment_method: oneOf('off', 'on_subscription'),
  }),
  pending_invoice_item_interval: unsimulated,
  proration_behavior: prorationBehavior,
  transfer_data: unsimulated,
  trial_end: either(time, oneOf('now')),
  trial_from_plan: unsimulated,
  trial_settings: shape({
    end_behavior: shape({
      billing_cycle_anchor: oneOf('now', 'unchanged'),
      missing_payment_method: oneOf('cancel', 'create_invoice', 'pause'),
    }),
  }),
};

export const createFields = {
  ...commonFields,
  backdate_start_date: unsimulated,
  billing_cycle_anchor: time,
  billing_cycle_anchor_config: shape({
    day_of_month: integerFrom(1, 31),
    hour: integerFrom(0, 23),
    minute: integerFrom(0, 59),
    month: integerFrom(1, 12),
    second: integerFrom(0, 59),
  }),
  billing_mode: billingMode,
  currency,
  customer: text,
  customer_account: unsimulated,
  items: array(shape(itemFields)),
  trial_period_days: integerFrom(0),
};

export const updateFields = {
  ...commonFields,
  billing_cycle_anchor: anchorType,
  cancellation_details: shape({ comment: clearable(text), feedback, feedback_option: unsimulated }),
  items: array(shape({ ...itemFields, id: text, deleted: flag, clear_usage: unsimulated })),
  pause_collection: clearable(
    shape({ behavior: oneOf('keep_as_draft', 'mark_uncollectible', 'void'), resumes_at: clearable(time) }),
  ),
  proration_date: time,
};

export const pauseFields = {
  bill_for: shape({
    outstanding_usage_through: shape({ type: oneOf('none', 'now') }),
    unused_time_from: shape({ type: oneOf('item_current_period_start', 'none', 'now') }),
  }),
  invoicing_behavior: oneOf('invoice', 'pending_invoice_item'),
  type: oneOf('subscription'),
};

export const resumeFields = {
  billing_cycle_anchor: anchorType,
  payment_behavior: oneOf('resume_on_payment_attempt', 'resume_on_payment_success'),
  proration_behavior: prorationBehavior,
  proration_date: time,
};

export type CreateParams = Read<typeof createFields>;
export type UpdateParams = Read<typeof updateFields>;
export type PauseParams = Read<typeof pauseFields>;
export type ResumeParams = Read<typeof resumeFields>;
