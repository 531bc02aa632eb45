import { afterInterval } from '../subscription/interval.ts';
import type { Subscription } from '../subscription/subscription.ts';
import { addMonths, earliest, type CalendarDate } from '../time/calendarDate.ts';
import type { Planned } from './facts.ts';
import { orderFault } from './faults.ts';
import { kindOf } from './kind.ts';
import type { ActionOf, OrderAction, OrderTerm } from './order.ts';
import type { Changed } from './planChange.ts';
import { lengthFault, unclearTermFaults } from './terms.ts';

/** What becomes of the terms of a subscription, from when on it is changed, and until when it holds then (null: no end known). */
export type ChangedTerms = { actions: OrderAction[]; on: CalendarDate; to: CalendarDate | null };

type Terms = Omit<ActionOf<'TermsAndConditions'>, 'type' | 'startsOn'>;

const termsAction = (startsOn: CalendarDate, terms: Terms): OrderAction[] =>
  terms.term === null && terms.autoRenew === null && terms.renewalMonths === null
    ? []
    : [{ type: 'TermsAndConditions', startsOn, ...terms }];

/** Whether it renews by itself, where the deal says otherwise than the subscription has it. */
function changedRenewal({ facts, found }: Changed): boolean | null {
  const { autoRenew } = facts.deal.terms;
  return autoRenew === found.subscription.autoRenew ? null : autoRenew;
}

/** The first day after the term to come, as long as the subscription has it; null for no end, or one that nobody knows. */
function endOfNext(on: CalendarDate, term: Subscription['renewalTerm']): CalendarDate | null {
  return term === undefined || term === null || term === 'Evergreen' ? null : afterInterval(on, term);
}

/** A renewal begins where the term ends; the term of the deal is that of the renewal. */
function renewed(changed: Changed): Planned<ChangedTerms> {
  const { terms } = changed.facts.deal;
  const { number, termEndsOn: on, renewalTerm } = changed.found.subscription;
  if (on === null)
    return {
      faults: [
        orderFault('renew_evergreen', `Subscription ${number} has no end, so it cannot be renewed. Choose Amend.`),
      ],
    };
  if (terms.evergreen)
    return {
      faults: [
        orderFault(
          'renew_without_end',
          'A renewal without an end is not ordered from here. Enter a term, or place it in billing.',
        ),
      ],
    };
  const { termStartsOn } = changed.found.subscription;
  const from = terms.startsOn ?? changed.facts.deal.renewsOn ?? null;
  if (from !== null && termStartsOn !== null && from <= termStartsOn)
    return {
      faults: [
        orderFault(
          'renewed_already',
          `Billing has renewed ${number} already: its term began on ${termStartsOn}, and the opportunity renews it from ${from}. Nothing is left to order.`,
        ),
      ],
    };
  if (terms.startsOn !== null && terms.startsOn !== on)
    return {
      faults: [
        orderFault(
          'renewal_start_differs',
          `The renewal begins on ${on}, when the term ends, and the opportunity says ${terms.startsOn}. Enter ${on}, or empty the start date.`,
        ),
      ],
    };
  const { months, renewalMonths } = terms;
  const later = renewalMonths !== null && months !== null && renewalMonths !== months ? renewalMonths : null;
  return {
    on,
    to: months === null ? endOfNext(on, renewalTerm) : addMonths(on, months),
    actions: [
      ...termsAction(on, { term: null, autoRenew: changedRenewal(changed), renewalMonths: months ?? renewalMonths }),
      { type: 'RenewSubscription', startsOn: on },
      ...termsAction(on, { term: null, autoRenew: null, renewalMonths: later }),
    ],
  };
}

/** The term of an amendment, where it is another one than the subscription has. */
function changedTerm({ facts, found }: Changed): { term: OrderTerm | null; to: CalendarDate | null } {
  const { months, evergreen } = facts.deal.terms;
  const { termStartsOn, termType } = found.subscription;
  const termEndsOn = termType === 'Evergreen' ? null : found.subscription.termEndsOn;
  if (evergreen) return { term: termEndsOn === null ? null : { type: 'Evergreen' }, to: null };
  if (months === null || termStartsOn === null) return { term: null, to: termEndsOn };
  const to = addMonths(termStartsOn, months);
  return { term: to === termEndsOn ? null : { type: 'Termed', months }, to };
}

/** What a deal says of the terms of the subscription that it changes or renews. */
export function changedTerms(changed: Changed): Planned<ChangedTerms> {
  const { deal } = changed.facts;
  const { terms } = deal;
  const faults = [
    ...unclearTermFaults(changed.facts),
    ...lengthFault('term', terms.months),
    ...lengthFault('renewal', terms.renewalMonths),
  ];
  if (faults.length > 0) return { faults };
  if (kindOf(deal) === 'Renew') return renewed(changed);
  const on = terms.startsOn ?? deal.closesOn;
  const { term, to } = changedTerm(changed);
  const isEndless = to === null;
  return {
    on,
    to,
    // A term that is made longer is changed while it runs.
    actions: termsAction(earliest([on, changed.found.subscription.termEndsOn])!, {
      term,
      autoRenew: isEndless ? null : changedRenewal(changed),
      renewalMonths: isEndless ? null : terms.renewalMonths,
    }),
  };
}
