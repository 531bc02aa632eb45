import { orderKeyOf } from '../../../domain/billingAccount/key.ts';
import { exact, toDecimal, type Decimal } from '../../../domain/money/decimal.ts';
import type { Subscription } from '../../../domain/subscription/subscription.ts';
import { ORDER_OBJECT } from '../../../workflows/ports/deals.ts';
import type { DealOrder } from '../../../workflows/ports/orders.ts';
import type { OrgRow } from '../../../workflows/ports/orgRows.ts';
import { address, decimal, lines, name, numbers, text } from './fields.ts';

/** Length of the long texts. */
const LONG = 32_768;

const ofYear = (mrr: Decimal): Decimal => toDecimal(exact(mrr).mul(12), 18);

/**
 * How the order of an Opportunity stands. It goes with the Opportunity, whose detail it is.
 *
 * @param subscriptions of its Account, one of which the order made or changed: what it is looked at by in billing
 */
export function orderRow(deal: DealOrder, subscriptions: readonly Subscription[], kind: string = 'New'): OrgRow {
  const subscription = subscriptions.find(({ number }) => deal.placed?.subscriptionNumbers.includes(number));
  const { dealId, state, mode, connection, order, faults, actions, metrics, placed, message, asOf } = deal;
  return {
    object: ORDER_OBJECT,
    key: orderKeyOf(dealId),
    fields: {
      ...name(placed?.number ?? order?.number ?? state),
      Opportunity__c: dealId,
      State__c: state,
      Mode__c: mode,
      Kind__c: kind,
      Source__c: subscription?.source ?? null,
      Source_Url__c: subscription ? address(subscription.sourceUrl) : null,
      Connection__c: text(connection, 40),
      Order_Number__c: text(placed?.number ?? null, 80),
      Subscription_Number__c: numbers(placed?.subscriptionNumbers ?? []),
      Currency_Code__c: metrics?.currency ?? order?.currency ?? null,
      MRR__c: decimal(metrics?.mrr ?? null),
      MRR_Change__c: decimal(metrics?.mrrChange ?? null),
      ARR__c: decimal(metrics === null ? null : ofYear(metrics.mrr)),
      TCV__c: decimal(metrics?.tcv ?? null),
      TCV_Change__c: decimal(metrics?.tcvChange ?? null),
      First_Invoice_Amount__c: decimal(metrics?.firstInvoice?.amount ?? null),
      First_Invoice_Date__c: metrics?.firstInvoice?.on ?? null,
      Faults__c: lines(
        faults.map((fault) => fault.text),
        LONG,
      ),
      Actions__c: lines(actions, LONG),
      Message__c: text(message, 4000),
      As_Of__c: asOf,
    },
    parents: {},
  };
}
