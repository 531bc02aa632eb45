import { Fault } from '../../domain/fault.ts';
import type { BillingSystem } from '../ports/billingSystem.ts';
import type { KeyClaim, KeyHandler, KeyResult } from '../ports/keyWork.ts';
import type { MirrorReader } from '../ports/mirror.ts';

export type PlaceDeps = {
  mirror: Pick<MirrorReader, 'billingAccountOf'>;
  billing: Pick<BillingSystem, 'whereIs'>;
};

/** Events that were caused together come together, and one of them may say whose the object is, ms. */
const OTHERS_COME_WITHIN_MS = 1_000;
/** An object that nobody knows yet is looked for after as long again as its newest event has waited, ms. */
const LEAST_WAIT_MS = 5_000;
const MOST_WAIT_MS = 6 * 3_600_000;
/** As long as Stripe keeps events and Zuora the history of callouts; what is unknown by then never comes. */
const PATIENCE_MS = 30 * 86_400_000;

/**
 * Lets events wait, without blocking anybody, whose object is not there yet: a change may be told before the object can be
 * read, or a child before its parent.
 * @throws Fault when there is no hope left
 */
export function waitForObject({ key, events, claimedAt }: KeyClaim): KeyResult {
  if (events.length === 0) return { done: [] };
  const waited = claimedAt.getTime() - Math.max(...events.map(({ receivedAt }) => receivedAt.getTime()));
  if (waited > PATIENCE_MS)
    throw new Fault({
      code: 'event_without_account',
      kind: 'not_found',
      publicText: `No billing account was found for ${key} in 30 days; it was probably deleted. Dismiss it, or retry it once it is there.`,
    });
  return { done: [], againAt: new Date(claimedAt.getTime() + Math.min(Math.max(waited, LEAST_WAIT_MS), MOST_WAIT_MS)) };
}

/** @returns until when it is worth waiting for what others tell, before anybody is asked */
function othersMayTellUntil({ events }: KeyClaim): Date | null {
  if (events.length === 0) return null;
  return new Date(Math.min(...events.map(({ receivedAt }) => receivedAt.getTime())) + OTHERS_COME_WITHIN_MS);
}

/**
 * Works a key that names an object and not its billing account: finds the account, in the mirror or by a read, and hands
 * the events on to its key.
 */
export function placeEvents({ mirror, billing }: PlaceDeps): KeyHandler {
  return async (claim: KeyClaim): Promise<KeyResult> => {
    const ids = claim.events.map(({ id }) => id);
    const known = await mirror.billingAccountOf(claim.key);
    const toldUntil = othersMayTellUntil(claim);
    if (known === null && toldUntil !== null && toldUntil > claim.claimedAt) return { done: [], againAt: toldUntil };
    const owner = known ?? (await billing.whereIs(claim.key));
    if (owner === null) return waitForObject(claim);
    if (owner === undefined) return { done: ids };
    return { done: [], dirty: [owner], ...(ids.length === 0 ? {} : { moved: { to: owner, events: ids } }) };
  };
}
