import type { BillingAccount } from '../../domain/billingAccount/billingAccount.ts';
import { identitiesOf, newAccountOf } from '../../domain/matching/newAccount.ts';
import type { MatchState } from '../../domain/matching/state.ts';
import type { Creation } from '../ports/accountCreation.ts';
import type { BatchReads } from '../ports/org.ts';

export type CreateDeps = Creation & {
  reads: BatchReads;
  /** Looks for candidates now, and weighs them. */
  look: (state: MatchState) => Promise<MatchState>;
};

const NO_NAME = 'No Account can be made: billing has no name for the customer.';

/**
 * Whether an Account is to be made: for a customer of a connection that makes them, of whom nothing was found at all, for
 * whom none was made before, and none refused since what is known of it changed.
 * @param isCustomer whether it has a subscription or an invoice
 */
export function mayCreate(
  creation: Pick<Creation, 'of'>,
  state: MatchState,
  account: BillingAccount,
  isCustomer: boolean,
): boolean {
  const isUnknown =
    state.link === null && state.candidates.length === 0 && state.complete && state.rejected.length === 0;
  return (
    isCustomer && isUnknown && state.made === null && state.refusal === null && creation.of(account.connection) !== null
  );
}

/** Whether it is not certain of an Account that was made for another billing account, and whose Contact may be on its way. */
function mayBeUnfinished({ link, candidates }: MatchState, account: BillingAccount): boolean {
  return link === null && candidates.some(({ madeFor }) => madeFor !== null && madeFor !== account.key);
}

/**
 * Has an Account and its Contact made for a customer whom Salesforce does not know. Order matters: what the customer is told
 * by is reserved first, so that no other billing account of it is at the same place; then it is looked for once more,
 * and only then made. What was made is found again by its key, after a lost answer too, and weighed beside whatever somebody
 * else made meanwhile: two that are alike wait for a person. Who finds what is just made for another billing account
 * reserves and looks once more, too: before its Contact is there, too little speaks for it.
 * @param looked how it stands after a look of just now
 * @returns how it stands then; with nothing that was looked by while another billing account of the customer is at it
 */
export async function createAccount(
  { of, claims, maker, reads, look }: CreateDeps,
  looked: MatchState,
  account: BillingAccount,
  isCustomer: boolean,
): Promise<MatchState> {
  const settings = of(account.connection);
  const wanted = newAccountOf(account, settings?.persons ?? false);
  let state = looked;
  const isMissing = mayCreate({ of }, state, account, isCustomer);
  if (isMissing && wanted === null) return { ...state, refusal: NO_NAME };
  if (wanted !== null && (isMissing || mayBeUnfinished(state, account))) {
    if (!(await claims.claim(account.key, identitiesOf(wanted)))) return { ...state, lookedBy: null };
    state = await look(state);
    if (mayCreate({ of }, state, account, isCustomer)) {
      const result = await reads(() => maker.makeAccount(wanted));
      if (result.outcome === 'refused')
        return { ...state, candidates: result.like, refusal: `No Account was made: ${result.reason}` };
      state = await look(state);
    }
  }
  const own = state.candidates.find(({ rule }) => rule === 'created');
  if (own === undefined || state.made !== null) return state;
  if (wanted !== null && settings !== null) await reads(() => maker.makeContact(wanted, own.accountId));
  return { ...state, made: own.accountId };
}
