import { partsOf, projectionKeyOf } from '../../domain/billingAccount/key.ts';
import { NAMED_DEAL, type DealReader, type NamedDeal, type OrgDealReader } from '../ports/deals.ts';
import type { KeyClaim, KeyHandler, KeyResult } from '../ports/keyWork.ts';
import type { OrgAccounts } from '../ports/org.ts';
import type { OrdersDeal } from '../ports/orders.ts';
import type { OrgProjection } from '../ports/orgProjection.ts';
import { driftOf } from './compareRow.ts';
import type { FollowDeps } from './followAccount.ts';

export type FollowDealDeps = {
  reader: OrgDealReader;
  deals: Pick<DealReader, 'known'>;
  accounts: Pick<OrgAccounts, 'projectedRows'>;
  projection: Pick<OrgProjection, 'toNamedDeal'>;
  /** Makes the order of a deal; orders are switched off without it. */
  order?: OrdersDeal;
  /** @returns keys to be worked because of a deal of an Account */
  concerns?: (accountId: string | null) => readonly string[];
  onFound?: FollowDeps['onFound'];
};

const isSame = (a: NamedDeal | null, b: NamedDeal | null): boolean =>
  a?.accountId === b?.accountId &&
  a?.subscriptionNumber === b?.subscriptionNumber &&
  a?.opened?.key === b?.opened?.key &&
  a?.opened?.isClosed === b?.opened?.isClosed &&
  a?.opened?.isWon === b?.opened?.isWon &&
  a?.opened?.kept?.join(' ') === b?.opened?.kept?.join(' ');

const isNamed = (deal: NamedDeal | null): boolean =>
  deal !== null && (deal.subscriptionNumber !== null || !!deal.opened);

/** Users who changed the record, as far as events and its last change tell. */
function changersOf(claim: KeyClaim, lastId: string): string[] {
  const told = claim.events.map(({ payload }) => (payload as { changedBy?: unknown } | null)?.changedBy);
  return [...new Set([...told, lastId].filter((id) => typeof id === 'string'))];
}

/**
 * Follows one Opportunity of people (key `salesforce:Opportunity:<id>`): which subscription it names, and to which Account it
 * belongs; of one that the product opened, whether people closed it. Its Account's projection says what it is to hold; what others changed of that is written again. One that names
 * nothing any more is emptied, one that is deleted is left alone.
 */
export function followDeal(deps: FollowDealDeps): KeyHandler {
  const { reader, deals, accounts, projection, order, concerns = () => [], onFound = () => {} } = deps;
  return async (claim: KeyClaim): Promise<KeyResult> => {
    const { id } = partsOf(claim.key);
    const done = claim.events.map((event) => event.id);
    // Before the org is read: what is written in between is seen by its version when this is saved.
    const [projected] = await accounts.projectedRows([{ object: NAMED_DEAL, key: id }]);
    const found = await reader.deal(id, claim.generation);
    const againMs =
      found?.forOrder && order ? await order(found.forOrder, changersOf(claim, found.held.changedBy)) : null;
    const before = (await deals.known([id])).get(id) ?? null;
    const next = found === null ? null : { ...found.deal, ...(before?.order ? { order: before.order } : {}) };
    const dirty = found === null ? [] : concerns(found.deal.accountId);
    const again = againMs === null ? {} : { againAt: new Date(claim.claimedAt.getTime() + againMs) };
    const result = { done, ...(dirty.length > 0 && { dirty }), ...again };
    if (before === null && !isNamed(next)) return result;
    // Nobody else sets the row of an order that belongs to no Account.
    const isAlone = next?.accountId === null && next.order !== undefined;
    if (next !== null && isSame(before, next) && !isAlone) {
      const drift = projected ? driftOf(projected, found!.held) : null;
      if (drift === null) return result;
      onFound(drift.kind);
      return { ...result, org: { accounts: [], drifts: [drift] } };
    }
    const concerned = new Set([before?.accountId, next?.accountId].filter((accountId) => accountId != null));
    const rows = next !== null && next.accountId === null ? projection.toNamedDeal(next, null) : [];
    return { ...result, dirty: [...dirty, ...[...concerned].map(projectionKeyOf)], deal: { id, next, rows } };
  };
}
