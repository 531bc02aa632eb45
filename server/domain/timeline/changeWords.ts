import { inWords, type Money } from '../money/money.ts';
import { dayInWords, type CalendarDate } from '../time/calendarDate.ts';
import { CHANGE_KINDS, type ChangeKind, type SubscriptionChange } from './change.ts';
import { A_PRODUCT, directionOf, itemInWords, type NamedItem } from './items.ts';

/** What is needed besides a change to tell it. */
export type ChangeContext = {
  /** What people call the subscription. */
  plan: string;
  /** First day on which the change holds. */
  on: CalendarDate;
  items: readonly NamedItem[];
};

function list(items: readonly NamedItem[], fallback: string): string {
  return items.length === 0 ? fallback : items.map(itemInWords).join(', ');
}

/** Of a change of plan what went stands before what came. */
function swapped(items: readonly NamedItem[], fallback: string): string {
  const gone = items.filter(({ was }) => was === 'removed');
  const come = items.filter(({ was }) => was === 'added');
  if (gone.length === 0 || come.length === 0) return list(items, fallback);
  if (gone.some(({ name }) => name === A_PRODUCT)) return `to ${list(come, fallback)}`;
  return `from ${list(gone, fallback)} to ${list(come, fallback)}`;
}

function told(change: SubscriptionChange, { plan, on, items }: ChangeContext): string {
  const until = change.until === null ? '' : ` until ${dayInWords(change.until)}`;
  switch (change.what) {
    case 'Created':
      return `Subscribed to ${list(items, plan)}`;
    case 'Upgrade':
      return `Upgraded ${swapped(items, plan)}`;
    case 'Downgrade':
      return `Downgraded ${swapped(items, plan)}`;
    case 'Plan Changed':
      return `Changed plan ${swapped(items, plan)}`;
    case 'Quantity Changed':
    case 'Product Updated': {
      const way = directionOf(items);
      return `${way === 'up' ? 'Upgraded' : way === 'down' ? 'Downgraded' : 'Changed'} ${list(items, plan)}`;
    }
    case 'Price Changed':
      return `Changed the price of ${list(items, plan)}`;
    case 'Product Added':
      return `Added ${list(items, plan)}`;
    case 'Product Removed':
      return `Removed ${list(items, plan)}`;
    case 'Trial Converted':
      return `Trial of ${plan} became paid`;
    case 'Trial Ended':
      return `Trial of ${plan} ended without a payment`;
    case 'Trial Moved':
      return `Trial of ${plan} goes on${until}`;
    case 'Cancellation Booked':
      return `Cancellation of ${plan} booked (${dayInWords(change.until ?? on)})`;
    case 'Cancellation Taken Back':
      return `Cancellation of ${plan} taken back`;
    case 'Canceled':
      return `Canceled ${plan}`;
    case 'Paused':
      return `Paused ${plan}${until}`;
    case 'Resumed':
      return `Resumed ${plan}`;
    case 'Collection Paused':
      return `Paused collection for ${plan}${until}`;
    case 'Collection Resumed':
      return `Resumed collection for ${plan}`;
    case 'Renewed':
      return `Renewed ${plan}`;
    case 'Terms Changed':
      return `Changed the terms of ${plan}`;
    case 'Owner Changed':
      return `Moved ${plan} to another billing account`;
    case 'Schedule Set':
      return `Scheduled changes of ${plan}`;
    case 'Schedule Released':
      return `Ended the schedule of ${plan}`;
    case 'Change Pending':
      return `A change of ${plan} waits for its payment`;
    case 'Change Dropped':
      return `A change of ${plan} was not paid in time and was dropped`;
    default:
      // The order names the action already.
      return change.order === null ? `${change.what}: ${list(items, plan)}` : list(items, plan);
  }
}

/** Two amounts of one currency as a step, such as `MRR +USD 450.00`. */
function stepInWords(step: Money): string {
  const amount = inWords({ ...step, minor: Math.abs(step.minor) });
  return step.minor === 0 ? 'MRR unchanged' : `MRR ${step.minor > 0 ? '+' : '−'}${amount}`;
}

/** @returns a change in one sentence, such as `Upgraded Platform from 20 to 35: MRR +USD 450.00` */
export function changeInWords(change: SubscriptionChange, step: Money | null, context: ChangeContext): string {
  const { order, what } = change;
  const words = told({ ...change, what: kindOfChange(change, step, context) }, context);
  const rest = step === null ? '' : `: ${stepInWords(step)}`;
  if (order === null) return `${words}${rest}`;
  const from = what === 'Cancellation Booked' ? '' : ` from ${dayInWords(context.on)}`;
  const isOurs = (CHANGE_KINDS as readonly string[]).includes(what);
  const lower = isOurs ? `${words.charAt(0).toLowerCase()}${words.slice(1)}` : words;
  const state = order.state === undefined ? '' : `, in the state ${order.state}, which is not known here`;
  return `Order ${order.number} (${order.action})${order.reverted ? ', reverted' : ''}${state}: ${lower}${from}${rest}`;
}

/** @returns what a change comes to, now that it is known what it does to quantities and MRR */
export function kindOfChange({ what }: SubscriptionChange, step: Money | null, { items }: ChangeContext): ChangeKind {
  if (what === 'Product Updated' && directionOf(items) !== null) return 'Quantity Changed';
  if (what !== 'Plan Changed' || step === null || step.minor === 0) return what;
  return step.minor > 0 ? 'Upgrade' : 'Downgrade';
}
