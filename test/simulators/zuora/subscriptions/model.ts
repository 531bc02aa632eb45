import type { ChargeTerms, Price, TriggerEvent } from '../catalog/model.ts';
import type { CustomFields } from '../model.ts';

/** One segment of a sold charge. */
export type Segment = Omit<ChargeTerms, 'triggerEvent'> &
  Price & {
    id: string;
    /** Id of the charge in the first version of the subscription. */
    originalChargeId: string;
    productRatePlanChargeId: string;
    number: string;
    uniqueToken: string | null;
    segment: number;
    version: number;
    triggerEvent: TriggerEvent | 'SpecificDate';
    /** Start of its own, for `SpecificDate`. */
    triggerDate: string | null;
    /** Waits for a trigger date that nobody gave yet: it has no dates, MRR or bills, whatever the fields below say. */
    pending: boolean;
    effectiveStartDate: string;
    /** null: evergreen. */
    effectiveEndDate: string | null;
    specificEndDate: string | null;
    /** Where billing periods of the charge start to be counted: the start of its first segment. */
    billingAnchor: string;
    chargedThroughDate: string | null;
    originalOrderDate: string;
    amendedByOrderOn: string | null;
    /** What the last order that touched the segment added to its monthly recurring charge. */
    dmrc: number;
    /** What the last order that touched the segment added to its TCV; null: evergreen. */
    dtcv: number | null;
    customFields: CustomFields;
  };

export type RatePlan = {
  id: string;
  /** Ids that the plan had in earlier versions; orders may still name it by them. */
  formerIds: string[];
  subscriptionRatePlanNumber: string;
  productRatePlanId: string;
  /** Differs from the name in the catalog when the order gave one. */
  name: string;
  lastChangeType: 'Add' | 'Update' | 'Remove' | null;
  uniqueToken: string | null;
  externallyManagedPlanId: string | null;
  customFields: CustomFields;
  segments: Segment[];
};

export type PeriodType = 'Month' | 'Year' | 'Week' | 'Day';

/** A ramp deal: the intervals that the price steps follow; end dates inclusive, as the API has them. */
export type Ramp = {
  id: string;
  number: string;
  name: string | null;
  description: string | null;
  intervals: { name: string | null; description: string | null; startDate: string; endDate: string }[];
  /** Numbers of its charges; null: every regular one-time and recurring charge. */
  charges: string[] | null;
};

export type SubscriptionVersion = {
  id: string;
  number: string;
  version: number;
  accountId: string;
  invoiceOwnerAccountId: string;
  orderNumber: string;
  currency: string;
  termType: 'TERMED' | 'EVERGREEN';
  contractEffectiveDate: string;
  /** null: the tenant asks for it and nobody gave it yet. */
  serviceActivationDate: string | null;
  customerAcceptanceDate: string | null;
  subscriptionStartDate: string;
  subscriptionEndDate: string | null;
  termStartDate: string;
  termEndDate: string | null;
  initialTerm: number | null;
  initialTermPeriodType: PeriodType | null;
  currentTerm: number | null;
  currentTermPeriodType: PeriodType | null;
  renewalTerm: number | null;
  renewalTermPeriodType: PeriodType | null;
  renewalSetting: 'RENEW_WITH_SPECIFIC_TERM' | 'RENEW_TO_EVERGREEN' | null;
  autoRenew: boolean;
  /** First day without the subscription; null while it is not cancelled. */
  cancelledFrom: string | null;
  cancelReason: string | null;
  /** Stretches without service, oldest first; the last one may be open. */
  suspensions: { from: string; to: string | null }[];
  /** Plans as they were before the open suspension, which a resumption brings back. */
  beforeSuspension: RatePlan[] | null;
  ramp: Ramp | null;
  lastBookingDate: string;
  notes: string | null;
  paymentTerm: string | null;
  billToContactId: string | null;
  soldToContactId: string | null;
  invoiceTemplateId: string | null;
  sequenceSetId: string | null;
  externallyManagedBy: string | null;
  invoiceSeparately: boolean;
  quote: Record<string, string | null>;
  customFields: CustomFields;
  ratePlans: RatePlan[];
  createdDate: number;
  updatedDate: number;
};
