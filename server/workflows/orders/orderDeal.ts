import { Fault } from '../../domain/fault.ts';
import type { Deal } from '../../domain/order/deal.ts';
import { orderFault } from '../../domain/order/faults.ts';
import type { PlacedOrder } from '../../domain/order/order.ts';
import { today } from '../../domain/time/instant.ts';
import {
  isStuck,
  isUnderWay,
  type DealOrder,
  type OrderBook,
  type OrderDesk,
  type OrdersDeal,
} from '../ports/orders.ts';
import { askApproval, isApproved, standDown, withoutIdleApprovals, type ApprovalDeps } from './approval.ts';
import { noteDiscrepancy } from './discrepancy.ts';
import { tellOwner } from './tellOwner.ts';
import { whyNot } from './whyNot.ts';
import { enteredIn, isRefused, workOut, type WhileUnderWay, type WorkOutDeps } from './workOut.ts';

export type OrderDeps = WorkOutDeps & {
  desk: OrderDesk;
  book: Pick<OrderBook, 'save'>;
  /** Where somebody has to approve. */
  approval: Pick<ApprovalDeps, 'approvers' | 'approvalHours'>;
  /** Deals that were won before are not ordered: they were before anybody switched this on. */
  since: Date;
};

/** How an order stands, as the book has it. */
type Known = NonNullable<Awaited<ReturnType<OrderBook['of']>>>;

const CHANGED =
  'The opportunity was changed after its order was placed. The order stands as it is: change the subscription in billing, or take the change of the opportunity back.';

const WORKED_OUT_AGAIN =
  'Billing refused the order. It is worked out once more from what billing and the opportunity are now.';

const NEVER_CAME =
  'The order never came to billing, and is not sent again: the opportunity is not won any more, or orders are not placed now. Nothing was ordered.';

/** Business time may be moved, so that a far moment is not waited for at one go. */
const LOOK_AGAIN_MS = 600_000;

/** States in which nothing is lost where people see instead that it is being worked out. */
const SHOWS_NOTHING: ReadonlySet<DealOrder['state']> = new Set<DealOrder['state']>(['Not Ready', 'Failed']);

/** What is sent, but for the day on which it is. */
const contentOf = ({ order }: DealOrder): unknown => ({ ...order, orderedOn: null });

/** How an order stands that billing refused, and that is not tried again. */
const failed = (order: DealOrder): DealOrder => ({ ...order, state: 'Failed', message: null });

/** What is refused, as billing may have gone on since it was worked out, is worked out once more; else the refusal stands. */
function refused(order: DealOrder, { publicText }: Fault): DealOrder {
  const next = { ...order, faults: [orderFault('order_refused', publicText)] };
  return order.wasRefused ? failed(next) : { ...next, message: WORKED_OUT_AGAIN };
}

/** Nothing was made of it, nor will be. */
const isToBeWorkedOutAgain = ({ state, faults }: DealOrder): boolean => state === 'Ordering' && faults.length > 0;

/** Whether billing took it is not certain yet, and it would be another one by now. */
function notCertain(dealId: string): Fault {
  return new Fault({
    code: 'order_not_certain',
    kind: 'unavailable',
    retryAfterMs: 30_000,
    publicText:
      'Billing did not answer when the order was sent, and the subscription or the opportunity has changed since. It is looked at again in a moment.',
    context: { dealId },
  });
}

/** The same one until there is an answer; billing systems repeat an answer to what comes with the same one. */
const effectOf = ({ dealId, epoch }: DealOrder): string => `${dealId}-${epoch}`;

/**
 * Makes the order of a deal once it is won, and once: what is about to be sent is committed before it is sent, under a number
 * made of the id of the deal, and what may have been made is looked for before it is sent again. A deal that is changed after
 * that, reopened or won again makes nothing new.
 */
export function orderDeal(
  deps: OrderDeps,
): (...args: [...deal: Parameters<OrdersDeal>, known: Known | null]) => ReturnType<OrdersDeal> {
  const { rules, desk, book, digest, clock, timeZone, since } = deps;
  const worksOut = workOut(deps);
  const asks = askApproval({ ...deps.approval, digest, clock, timeZone });

  const placedAs = (order: DealOrder, placed: PlacedOrder): DealOrder => ({
    ...order,
    state: placed.status === 'Completed' ? 'Ordered' : 'Pending',
    placed,
    faults: [],
    message:
      placed.status === 'Completed'
        ? null
        : `Billing took the order and holds it as ${placed.status}. Complete it in billing.`,
    asOf: clock.businessNow().toISOString(),
  });

  const told = (order: DealOrder, deal: Deal): DealOrder =>
    tellOwner(withoutIdleApprovals(order), deal, { on: today(clock.businessNow(), timeZone), digest });

  const isSameContent = (a: DealOrder, b: DealOrder): boolean => digest(contentOf(a)) === digest(contentOf(b));

  const isSame = (a: DealOrder, b: DealOrder): boolean => digest({ ...a, asOf: b.asOf }) === digest(b);

  /** @returns the order as it stands then */
  async function save(next: DealOrder, known: Known | null, deal: Deal): Promise<DealOrder> {
    const order = told(next, deal);
    if (known !== null && isSame(known.order, order)) return known.order;
    await book.save(order, known?.version ?? null);
    return order;
  }

  /** Whatever people see goes on being worked out; the work ends here, and is taken up again later. */
  const whileUnderWay =
    (known: Known | null, deal: Deal): WhileUnderWay =>
    async (draft, why) => {
      if (known === null || SHOWS_NOTHING.has(known.order.state)) await save(draft, known, deal);
      throw why;
    };

  /** Commits what was worked out, and sends it where it is to be placed. */
  async function proceed(next: DealOrder, known: Known | null, deal: Deal): Promise<DealOrder> {
    if (next.state !== 'Ordering') return save(next, known, deal);
    return send({ order: next, version: await book.save(next, known?.version ?? null), sinceMs: 0 }, deal);
  }

  /**
   * @param known an order in state Ordering
   * @param ask what became of it, or becomes of it when it is sent as it was committed
   * @returns how it stands then; null where nobody knows
   */
  async function takeIn(known: Known, deal: Deal, ask: () => Promise<PlacedOrder | null>): Promise<DealOrder | null> {
    const { order: committed } = known;
    let placed: PlacedOrder | null;
    try {
      placed = await ask();
    } catch (error) {
      if (isUnderWay(error) || isStuck(error)) await save({ ...committed, message: error.publicText }, known, deal);
      if (!(error instanceof Fault) || error.outcomeUnknown || error.notTried) throw error;
      const answered = { ...committed, epoch: committed.epoch + 1 };
      if (isRefused(error)) return save(refused(answered, error), known, deal);
      await save(answered, known, deal);
      throw error;
    }
    return placed === null ? null : save(placedAs(committed, placed), known, deal);
  }

  async function send(known: Known, deal: Deal): Promise<DealOrder> {
    const { order } = known;
    return (await takeIn(known, deal, () => desk.place(order.order!, effectOf(order))))!;
  }

  /** For how long one that was sent, and is not there, may be made still; not at all where it is negative. */
  const mayComeMs = ({ order, sinceMs }: Known): number => desk.deliveryOf(order.order!).certainAfterMs - sinceMs;

  /** What is made of what could be ordered, by the mode; `Ordering` where it is to be placed. */
  async function decided(worked: DealOrder, before: DealOrder | null, deal: Deal): Promise<DealOrder> {
    if (worked.state !== 'Ready') return worked;
    if (rules.mode === 'automatic') return { ...worked, state: 'Ordering' };
    return rules.mode === 'assisted' ? asks(worked, before, deal) : worked;
  }

  /** @param known null where nothing was worked out before */
  async function begin(
    deal: Deal,
    known: Known | null,
    changedBy: readonly string[],
    entered: string,
  ): Promise<DealOrder> {
    const worked = await worksOut(deal, known?.order ?? null, whileUnderWay(known, deal));
    const changers = known?.order.digest === entered ? [] : changedBy;
    const all = [...new Set([...worked.changedBy, ...changers])].sort();
    const wasRefused = known !== null && isToBeWorkedOutAgain(known.order);
    if (wasRefused && isSameContent(worked, known.order)) return save(failed(known.order), known, deal);
    const sent = known?.order.state === 'Ordering' && !wasRefused ? known : null;
    const epoch = sent === null ? worked.epoch : sent.order.epoch + 1;
    const next = await decided({ ...worked, changedBy: all, epoch }, known?.order ?? null, deal);
    if (sent !== null && next.state === 'Ordering' && isSameContent(next, sent.order)) return send(sent, deal);
    // What was sent may be on its way still, and may be what has changed the subscription.
    if (sent !== null && mayComeMs(sent) > 0) throw notCertain(deal.id);
    return proceed(wasRefused && next.state === 'Ordering' ? { ...next, wasRefused } : next, known, deal);
  }

  /**
   * What may have been made is looked for. What was not is sent again while the deal is won and orders are placed, and only
   * after it was worked out again from billing as it is now: it may have gone on meanwhile.
   */
  async function resume(known: Known, deal: Deal, changedBy: readonly string[], entered: string): Promise<DealOrder> {
    const { order } = known;
    const isToBePlaced = rules.mode === 'automatic' || (rules.mode === 'assisted' && isApproved(order));
    const isWanted = deal.isWon && !deal.isReported && isToBePlaced;
    if (isToBeWorkedOutAgain(order))
      return isWanted ? begin(deal, known, changedBy, entered) : save(failed(order), known, deal);
    const followed = await takeIn(known, deal, () => desk.follow(order.order!, effectOf(order)));
    if (followed !== null) return followed;
    const found = await desk.find(order.order!);
    if (found !== null) return save(placedAs(order, found), known, deal);
    if (isWanted) return begin(deal, known, changedBy, entered);
    if (mayComeMs(known) > 0) return order;
    return save(standDown({ ...order, epoch: order.epoch + 1 }, NEVER_CAME), known, deal);
  }

  /** What became of an order that billing holds; people complete it there. */
  async function asItStands({ order }: Known): Promise<DealOrder> {
    const found = order.state === 'Pending' ? await desk.find(order.order!) : null;
    return found === null ? order : { ...placedAs(order, found), asOf: order.asOf };
  }

  async function work(deal: Deal, changedBy: readonly string[], known: Known | null): Promise<DealOrder | null> {
    const entered = digest(enteredIn(deal, rules));
    if (known?.order.state === 'Ordering') return resume(known, deal, changedBy, entered);
    if (known?.order.placed) {
      const isChanged = known.order.digest !== entered;
      const placed = await asItStands(known);
      const next = {
        ...noteDiscrepancy(placed, deal, isChanged, clock.businessNow()),
        message: placed.state === 'Pending' ? placed.message : isChanged ? CHANGED : null,
        accountId: deal.accountId,
      };
      return save(next, known, deal);
    }
    const why = whyNot(deal, known?.order ?? null, { rules, since, entered });
    if (why === null) return begin(deal, known, changedBy, entered);
    return known === null ? null : save(standDown(known.order, why), known, deal);
  }

  return async (deal, changedBy, known) => {
    let order: DealOrder | null;
    try {
      order = await work(deal, changedBy, known);
    } catch (error) {
      if (!isUnderWay(error)) throw error;
      return error.retryAfterMs!;
    }
    if (order !== null && isToBeWorkedOutAgain(order)) return 0;
    // It is not sent again, and may be made all the same.
    if (order?.state === 'Ordering') return Math.min(LOOK_AGAIN_MS, mayComeMs(known!) + 1000);
    if (order?.state === 'Pending') return LOOK_AGAIN_MS;
    if (rules.mode !== 'assisted' || order?.state !== 'Awaiting Approval') return null;
    const leftMs = Date.parse(order.approvals.at(-1)!.expiresAt) - clock.businessNow().getTime();
    return Math.min(LOOK_AGAIN_MS, Math.max(0, leftMs) + 1000);
  };
}
