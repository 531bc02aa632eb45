import type { Planned } from './facts.ts';
import { orderFault, type OrderFault } from './faults.ts';
import type { ActionOf, OrderAction } from './order.ts';
import type { Changed } from './planChange.ts';

/** The day that people entered, else what settings say. */
function cancelOf({ facts, found }: Changed): ActionOf<'CancelSubscription'> | OrderFault {
  const { deal, rules, today } = facts;
  const { number, startsOn: begins, termEndsOn, termType } = found.subscription;
  // Of what has no end it is that of the period.
  const last = termType === 'Evergreen' ? null : termEndsOn;
  const on = deal.terms.startsOn;
  if (on !== null) {
    if ((begins === null || on >= begins) && (last === null || on <= last))
      return { type: 'CancelSubscription', startsOn: on, policy: 'SpecificDate' };
    return orderFault(
      'date_outside_subscription',
      `It is to be canceled on ${on}, and the subscription holds from ${begins ?? 'its start'}${last === null ? '' : ` to ${last}`}. Enter a day within as start of the opportunity.`,
    );
  }
  if (rules.defaults.cancel === 'billed end')
    return { type: 'CancelSubscription', startsOn: today, policy: 'EndOfLastInvoicePeriod' };
  if (termEndsOn !== null) return { type: 'CancelSubscription', startsOn: termEndsOn, policy: 'EndOfCurrentTerm' };
  return orderFault(
    'cancel_date_missing',
    `Subscription ${number} has no end of its term at which it could be canceled. Enter the first day without it as start of the opportunity.`,
  );
}

/** The end of a whole subscription; its products may stand on the deal as what is lost. */
export function planCancel(changed: Changed): Planned<{ actions: OrderAction[] }> {
  const cancel = cancelOf(changed);
  const faults = [
    ...('code' in cancel ? [cancel] : []),
    ...changed.facts.deal.lines
      .filter(({ action }) => action !== null && action !== 'Remove')
      .map(({ product, action }) =>
        orderFault(
          'line_of_cancellation',
          `Its action is ${action}, and the whole subscription is to be canceled. Empty the action, or choose Amend and Remove to end only some products.`,
          product,
        ),
      ),
  ];
  return faults.length > 0 || 'code' in cancel ? { faults } : { actions: [cancel] };
}
