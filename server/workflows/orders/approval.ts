import { approvalKeyOf, orderTaskKeyOf } from '../../domain/billingAccount/key.ts';
import type { Deal } from '../../domain/order/deal.ts';
import { orderFault } from '../../domain/order/faults.ts';
import { metricsInWords } from '../../domain/order/metricsInWords.ts';
import { FIELD_UNREADABLE } from '../../domain/order/planOrder.ts';
import { today } from '../../domain/time/instant.ts';
import type { Clock } from '../ports/clock.ts';
import type { Approval, Approvers, DealOrder, OrderTask } from '../ports/orders.ts';
import { WORKED_OUT } from './workOut.ts';

export type ApprovalDeps = {
  approvers: Approvers;
  digest: (content: unknown) => string;
  clock: Pick<Clock, 'businessNow'>;
  timeZone: string;
  /** Hours for which finance may decide. */
  approvalHours: number;
};

/** More people than anybody tells of one order. */
const MOST_TOLD = 10;

const CHANGED_SINCE =
  'The opportunity, or what its order comes to, has changed since this was asked. Nothing is ordered by it; what is to be ordered now is asked for anew.';
const NOT_WANTED = 'Nothing is ordered by this: the order does not wait for it any more.';
const EXPIRED = 'Nobody decided in time.';

/** Everything that is approved; the day on which it is sent is left open. */
function approved({ connection, order, metrics }: DealOrder): unknown {
  const { orderedOn: _orderedOn, ...rest } = order!;
  const { mrr, mrrChange, tcv, tcvChange, firstInvoice } = metrics!;
  return { connection, order: rest, amounts: { mrr, mrrChange, tcv, tcvChange, first: firstInvoice?.amount ?? null } };
}

const isOpen = ({ state }: Approval): boolean => state === 'Requested' || state === 'Approved';

function ended(order: DealOrder, message: string, states: readonly Approval['state'][]): DealOrder {
  const approvals = order.approvals.map((one): Approval =>
    states.includes(one.state) ? { ...one, state: 'Void', message } : one,
  );
  return { ...order, approvals };
}

/** Ends what is asked of finance where the order does not wait for it, and their Tasks. */
export function withoutIdleApprovals(order: DealOrder): DealOrder {
  const next = order.state === 'Awaiting Approval' ? order : ended(order, NOT_WANTED, ['Requested']);
  const asked = new Set(next.approvals.filter(({ state }) => state === 'Requested').map(({ key }) => key));
  const tasks = next.tasks.map((task): OrderTask => {
    const isIdle = task.approval !== undefined && !asked.has(task.approval);
    return isIdle && task.state !== 'Closed' ? { ...task, state: 'Closed' } : task;
  });
  return { ...next, tasks };
}

/** What was only to be waited for: nobody waits any more. */
const WAITED_FOR: ReadonlySet<string> = new Set([FIELD_UNREADABLE, WORKED_OUT]);

/**
 * How an order stands that nobody wants now: of a deal that is no longer won, or left out.
 * @param order in state Ordering only where billing has none, and will have none
 * @param why in words
 */
export function standDown(order: DealOrder, why: string): DealOrder {
  const faults = order.faults.filter(({ code }) => !WAITED_FOR.has(code));
  if (faults.length < order.faults.length) return { ...order, faults, message: why };
  if (order.state !== 'Awaiting Approval' && order.state !== 'Ordering') return order;
  return { ...ended(order, `${why} ${NOT_WANTED}`, ['Requested', 'Approved']), state: 'Not Ready', message: why };
}

/** Whether an order that is committed may be sent, where somebody has to approve. */
export const isApproved = ({ approvals }: DealOrder): boolean => approvals.at(-1)?.state === 'Approved';

/**
 * Has finance asked before an order is placed. What was approved is placed only as it was shown: whatever changed since is asked
 * for anew. What was rejected stays so until the order is another one.
 * @returns the order as it stands then: `Ordering` when it may be placed
 */
export function askApproval(
  deps: ApprovalDeps,
): (worked: DealOrder, before: DealOrder | null, deal: Deal) => Promise<DealOrder> {
  const { approvers, digest, clock, timeZone, approvalHours } = deps;

  async function ask(worked: DealOrder, hash: string, deal: Deal): Promise<DealOrder> {
    const now = clock.businessNow();
    const expiresAt = new Date(now.getTime() + approvalHours * 3_600_000).toISOString();
    const round = worked.approvals.length + 1;
    const key = approvalKeyOf(deal.id, round);
    const requesters = [...new Set([deal.ownerId, ...worked.changedBy])].sort();
    const approval: Approval = {
      key,
      state: 'Requested',
      content: [`Order of the opportunity ${deal.name}`, ...metricsInWords(worked.metrics!), ...worked.actions],
      hash,
      askedAt: now.toISOString(),
      expiresAt,
      requesters,
      decision: null,
      message: null,
      takenBack: false,
    };
    const able = (await approvers.all()).filter(({ id }) => !requesters.includes(id));
    const tasks = able.slice(0, MOST_TOLD).map(({ id }): OrderTask => ({
      key: orderTaskKeyOf(deal.id, `approve${round}-${id}`),
      approval: key,
      ownerId: id,
      subject: 'Approve or reject an order',
      text: ['Decide on the tab Billing Requests, list To Decide.', ...approval.content].join('\n'),
      on: today(now, timeZone),
      state: 'Open',
    }));
    const message =
      able.length > 0
        ? `Finance has to approve it until ${expiresAt}.`
        : 'Nobody can approve it: whoever has the permission set Finance_Approver owns or changed the opportunity, or is not active. Give it to somebody else.';
    return {
      ...ended(worked, CHANGED_SINCE, ['Requested', 'Approved']),
      state: 'Awaiting Approval',
      message,
      approvals: [...ended(worked, CHANGED_SINCE, ['Requested', 'Approved']).approvals, approval],
      tasks: [...worked.tasks, ...tasks],
    };
  }

  const failed = (order: DealOrder, code: string, text: string): DealOrder => ({
    ...order,
    state: 'Failed',
    faults: [orderFault(code, text)],
  });

  function expired(worked: DealOrder, last: Approval): DealOrder {
    const approvals = worked.approvals.map((one): Approval =>
      one === last ? { ...one, state: 'Expired', message: EXPIRED } : one,
    );
    const text = `Nobody of finance decided in time, until ${last.expiresAt}. Change the opportunity, and they are asked again.`;
    return failed({ ...worked, approvals }, 'approval_expired', text);
  }

  return async (worked, before, deal) => {
    const hash = digest(approved(worked));
    const last = worked.approvals.findLast((one) => one.state !== 'Void');
    if (last === undefined || last.hash !== hash) return ask(worked, hash, deal);
    const isOver = clock.businessNow() > new Date(last.expiresAt);
    if (last.state === 'Rejected')
      return failed(worked, 'approval_rejected', `${last.message} Change what is ordered, and finance is asked again.`);
    // Whoever approved it owns the deal by now.
    if (last.decision?.userId === deal.ownerId && last.state === 'Approved') return ask(worked, hash, deal);
    if (isOpen(last) && !isOver)
      return last.state === 'Approved'
        ? { ...worked, state: 'Ordering' }
        : { ...worked, state: 'Awaiting Approval', message: before?.message ?? null };
    if (last.state === 'Approved' || (last.state === 'Expired' && before?.digest !== worked.digest))
      return ask(worked, hash, deal);
    return expired(worked, last);
  };
}
