import { orderTaskKeyOf } from '../../domain/billingAccount/key.ts';
import { ACCOUNT_COMING } from '../../domain/order/billedAccount.ts';
import type { Deal } from '../../domain/order/deal.ts';
import type { CalendarDate } from '../../domain/time/calendarDate.ts';
import type { DealOrder, OrderTask } from '../ports/orders.ts';
import { WORKED_OUT } from './workOut.ts';

/** As much of a digest as tells the reasons of one deal apart. */
const REASON_LENGTH = 20;

const SUBJECTS = {
  'Not Ready': 'This won deal cannot be ordered yet',
  Failed: 'The order of this won deal failed',
} as const;
const TO_DO = {
  'Not Ready': 'The order is tried again by itself once this is mended, in the opportunity or in billing.',
  Failed: 'The order is tried again by itself once the opportunity is changed.',
} as const;

/** Tasks about approvals are others'. */
const isOpen = ({ state, approval }: OrderTask): boolean => approval === undefined && state !== 'Closed';

const closed = (task: OrderTask): OrderTask => (isOpen(task) ? { ...task, state: 'Closed' } : task);

/**
 * Has the owner of a won deal told what keeps its order back: one Task for what is wrong, and no further one while what is
 * wrong is no more than it tells. It is closed when nothing is wrong any more, or something else is.
 */
export function tellOwner(
  order: DealOrder,
  deal: Pick<Deal, 'ownerId' | 'isWon'>,
  { on, digest }: { on: CalendarDate; digest: (content: unknown) => string },
): DealOrder {
  const { state, dealId, tasks } = order;
  const faults = order.faults.filter(({ code }) => code !== ACCOUNT_COMING && code !== WORKED_OUT);
  // Whether it went wrong again is not known yet.
  if (state === 'Ordering') return order;
  if (!deal.isWon || (state !== 'Not Ready' && state !== 'Failed') || faults.length === 0)
    return { ...order, tasks: tasks.map(closed) };
  const lines = faults.map(({ text }) => text);
  const told = tasks.find((task) => isOpen(task) && lines.every((line) => task.text.split('\n').includes(line)));
  if (told !== undefined) return order;
  const reason = digest([state, lines]).replace(/[^A-Za-z0-9]/g, '');
  const key = orderTaskKeyOf(dealId, reason.slice(0, REASON_LENGTH));
  const known = tasks.some((task) => task.key === key);
  const task: OrderTask = {
    key,
    ownerId: deal.ownerId,
    subject: SUBJECTS[state],
    text: [...lines, TO_DO[state]].join('\n'),
    on,
    state: known ? 'Reopened' : 'Open',
  };
  return { ...order, tasks: [...tasks.filter((one) => one.key !== key).map(closed), task] };
}
