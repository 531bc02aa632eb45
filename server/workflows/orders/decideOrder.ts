import { dealOfKey } from '../../domain/billingAccount/key.ts';
import type { KeyClaim, KeyResult, StoredEvent } from '../ports/keyWork.ts';
import type { Clock } from '../ports/clock.ts';
import type { Approval, Approvers, DealOrder, OrderBook } from '../ports/orders.ts';
import type { OrgDecision, OrgRequests } from '../ports/requests.ts';

export type DecideDeps = {
  requests: Pick<OrgRequests, 'decisionOf' | 'write'>;
  book: OrderBook;
  approvers: Pick<Approvers, 'look'>;
  clock: Pick<Clock, 'businessNow'>;
};

/** For so long the change event is waited for that says who decided. */
const WAIT_MS = 30_000;
const LOOK_EVERY_MS = 2000;

const NOT_OURS =
  'Requests of the kind Approval are made by Billing 360 alone, when an order waits for somebody. This one does nothing.';
const WHO = 'who decided could not be established. Decide again.';
const OWN = 'you own the opportunity, or have changed it. Somebody else of finance has to decide.';
const EDITED =
  'the fingerprint on this request was changed by somebody. It is put back; read what is to be approved, and decide again.';
const LATE = 'Nobody decided in time: the decision came after the request had expired.';

type Heard = { decision?: string; changedBy?: string; commitNumber?: string };
const heardIn = ({ payload }: StoredEvent): Heard => (payload ?? {}) as Heard;
const numberOf = (event: StoredEvent): bigint => BigInt(heardIn(event).commitNumber ?? 0);

/** The last change that set the decision as it is; whatever order events came in. */
function decidedBy(events: readonly StoredEvent[], { decision }: OrgDecision): StoredEvent | undefined {
  return events
    .filter((event) => heardIn(event).decision === decision && typeof heardIn(event).changedBy === 'string')
    .sort((a, b) => (numberOf(a) < numberOf(b) ? -1 : 1))
    .at(-1);
}

const withApproval = (order: DealOrder, changed: Approval): DealOrder => ({
  ...order,
  approvals: order.approvals.map((one) => (one.key === changed.key ? changed : one)),
});

/**
 * Takes in what somebody decided about an order, from what the request says now and from the change event that set it: whoever
 * made that change is who decided. A record says only who changed it last, which may be another one; so without the event the
 * decision does not count. One that does not count is taken back, with a sentence. The order is not placed here: its Opportunity
 * is looked at once more, and what is to be placed has to be what was approved.
 */
export function decideOrder(deps: DecideDeps): (claim: KeyClaim, requestId: string) => Promise<KeyResult> {
  const { requests, book, approvers, clock } = deps;

  return async (claim, requestId) => {
    const done = claim.events.map(({ id }) => id);
    const asked = await requests.decisionOf(requestId);
    const dealId = asked.key === null ? null : dealOfKey(asked.key);
    const known = dealId === null ? null : await book.of(dealId);
    const approval = known?.order.approvals.find(({ key }) => key === asked.key);
    if (known === null || approval === undefined) {
      await requests.write(requestId, 'Failed', NOT_OURS);
      return { done };
    }
    if (asked.decision === null || approval.state !== 'Requested') return { done };

    const now = clock.businessNow();
    const save = async (changes: Partial<Approval>, again: boolean): Promise<KeyResult> => {
      const next = withApproval(known.order, { ...approval, takenBack: false, ...changes });
      await book.save(next, known.version, again);
      return { done };
    };
    const refuse = (why: string) =>
      save({ message: `The decision of ${now.toISOString()} does not count: ${why}`, takenBack: true }, false);

    if (now > new Date(approval.expiresAt)) return save({ state: 'Expired', message: LATE, takenBack: true }, true);
    const event = decidedBy(claim.events, asked);
    if (event === undefined) {
      // Nothing new was told: it is the one that was taken back already, and is not yet in the org.
      if (claim.events.length === 0 && approval.takenBack) return { done };
      const since = Math.min(...claim.events.map(({ receivedAt }) => receivedAt.getTime()));
      const waits = claim.events.length > 0 && claim.claimedAt.getTime() - since < WAIT_MS;
      if (!waits) return refuse(WHO);
      return { done: [], againAt: new Date(claim.claimedAt.getTime() + LOOK_EVERY_MS) };
    }
    if (asked.hash !== approval.hash) return refuse(EDITED);
    const user = await approvers.look(heardIn(event).changedBy!);
    if (user.why !== null) return refuse(user.why);
    if (approval.requesters.includes(user.id)) return refuse(OWN);
    const state = asked.decision === 'Approved' ? 'Approved' : 'Rejected';
    const comment = asked.comment === null ? '' : `: ${asked.comment}`;
    const decision = {
      userId: user.id,
      name: user.name,
      at: (event.occurredAt ?? now).toISOString(),
      comment: asked.comment,
    };
    return save({ state, decision, message: `${state} by ${user.name}${comment}.` }, true);
  };
}
