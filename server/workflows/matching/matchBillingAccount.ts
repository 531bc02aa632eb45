import type { BillingObject } from '../../domain/account/facts.ts';
import type { Reporting } from '../../domain/account/reporting.ts';
import type { BillingAccount } from '../../domain/billingAccount/billingAccount.ts';
import { linkRowKeyOf, partsOf } from '../../domain/billingAccount/key.ts';
import { decideMatch, rankCandidates, type MatchSubject } from '../../domain/matching/match.ts';
import { normaliseEmail, normaliseName } from '../../domain/matching/normalise.ts';
import { UNMATCHED, type MatchState } from '../../domain/matching/state.ts';
import { today } from '../../domain/time/instant.ts';
import type { Creation } from '../ports/accountCreation.ts';
import type { Clock } from '../ports/clock.ts';
import type { KeyClaim, KeyHandler, KeyResult } from '../ports/keyWork.ts';
import type { CandidateReader, LinkRowReader, LinkView, MatchReader } from '../ports/matching.ts';
import type { MirrorReader } from '../ports/mirror.ts';
import type { BatchReads, OrgAccounts } from '../ports/org.ts';
import type { OrgRow } from '../ports/orgRows.ts';
import { driftOf } from '../mirror/compareRow.ts';
import { createAccount, mayCreate } from './createAccount.ts';
import { followPerson } from './person.ts';
import { stakesOf } from './stakes.ts';

export type MatchDeps = {
  mirror: Pick<MirrorReader, 'ofBillingAccount' | 'linkOf'>;
  matches: MatchReader;
  accounts: Pick<OrgAccounts, 'stateOf' | 'projectedRows'>;
  candidates: CandidateReader;
  rows: LinkRowReader;
  reads: BatchReads;
  toRow: (view: LinkView) => OrgRow;
  /** Field of Account that names customers of a connection; null when none is configured. */
  fieldOf: (connection: string) => string | null;
  /** 18-character id of the org; what was found in another one says nothing. */
  orgId: string;
  clock: Pick<Clock, 'businessNow'>;
  timeZone: string;
  /** Rules of MRR, for the amounts at stake; the default ones without it. */
  reporting?: Reporting;
  /** Makes Accounts for customers whom Salesforce does not know; none are made when it is absent. */
  creation?: Creation;
  onDecided?: (outcome: 'linked' | 'waiting') => void;
};

/** What waits is looked at again so often, since an Account or a Contact may have been made (real time, ms). */
const LOOK_AGAIN_AFTER_MS = 86_400_000;
/** Looks of a day come together at these distances, so that many share a call. */
const TOGETHER_MS = 600_000;
/** What waits for an Account that is being made for another billing account of the customer looks again after so long, ms. */
const OTHER_IS_MADE_AFTER_MS = 5000;
/** Candidates that are kept and shown. */
const MOST_CANDIDATES = 5;

function subjectOf(account: BillingAccount, field: string | null, parentAccountId: string | null): MatchSubject {
  const { key, name, number, billToEmail: email } = account;
  const values = [key, number, partsOf(key).id];
  return { name, email, fieldValues: field === null ? [] : [...new Set(values)], key, parentAccountId };
}

/** @returns one text for everything that candidates are looked for by */
function digestOf(
  { name, email, fieldValues, parentAccountId }: MatchSubject,
  field: string | null,
  orgId: string,
): string {
  return JSON.stringify([
    orgId,
    normaliseName(name),
    normaliseEmail(email),
    field,
    fieldValues,
    ...(parentAccountId === null ? [] : [parentAccountId]),
  ]);
}

/** Who only looked around gets no Account: storage in the org is paid for. */
function isCustomer(objects: readonly BillingObject[]): boolean {
  return objects.some(({ kind }) => kind === 'subscription' || kind === 'invoice');
}

function nextLook(now: Date): Date {
  return new Date(Math.ceil((now.getTime() + LOOK_AGAIN_AFTER_MS) / TOGETHER_MS) * TOGETHER_MS);
}

/**
 * Finds the Account of a billing account that names none (key `match:billing:<billing account key>`). What a person entered
 * goes before every rule, and what billing names before that. Salesforce is asked for candidates once for what they are
 * looked for by, and once a day while it waits.
 */
export function matchBillingAccount(deps: MatchDeps): KeyHandler {
  const { mirror, matches, accounts, candidates, reads } = deps;

  async function isGone(accountId: string): Promise<boolean> {
    return (await accounts.stateOf(accountId))?.state === 'deleted';
  }

  /** Looks for candidates now, and weighs them. */
  async function look(state: MatchState, subject: MatchSubject, field: string | null): Promise<MatchState> {
    const found = await reads(() => candidates.candidates(subject, field));
    const ranked = rankCandidates(subject, found.candidates);
    const decision = decideMatch(ranked, { rejected: state.rejected, complete: found.complete });
    const looked = {
      ...state,
      lookedBy: digestOf(subject, field, deps.orgId),
      candidates: ranked.slice(0, MOST_CANDIDATES),
      complete: found.complete,
      refusal: null,
    };
    if (decision.outcome === 'wait') return { ...looked, state: 'waiting', link: null };
    const { accountId, rule, score } = decision.to;
    return { ...looked, state: 'linked', link: { accountId, rule, score, by: 'rule' } };
  }

  /** Looks, and has an Account made when nobody resembles the customer. */
  async function lookAndCreate(
    state: MatchState,
    subject: MatchSubject,
    account: BillingAccount,
    isCustomer: boolean,
  ): Promise<MatchState> {
    const field = deps.fieldOf(account.connection);
    const lookNow = (now: MatchState) => look(now, subject, field);
    const looked = await lookNow(state);
    const next = deps.creation
      ? await createAccount({ ...deps.creation, reads, look: lookNow }, looked, account, isCustomer)
      : looked;
    deps.onDecided?.(next.link === null ? 'waiting' : 'linked');
    return next;
  }

  /** Where billing decides nothing: the person, then what was found before, then what is found now. */
  async function match(
    before: MatchState,
    account: BillingAccount,
    isCustomer: boolean,
    isDue: boolean,
  ): Promise<MatchState> {
    let state = before;
    if (state.link !== null && (await isGone(state.link.accountId)))
      state = { ...state, state: 'waiting', link: null, lookedBy: null };
    if (state.link !== null || state.state === 'dismissed') return state;
    const field = deps.fieldOf(account.connection);
    const above = account.parentKey == null ? null : await mirror.linkOf(account.parentKey);
    const subject = subjectOf(account, field, above?.accountId ?? null);
    const isNews = state.lookedBy !== digestOf(subject, field, deps.orgId);
    const isWanted = deps.creation !== undefined && mayCreate(deps.creation, state, account, isCustomer);
    if (!isDue && !isNews && !isWanted) return { ...state, state: 'waiting' };
    return lookAndCreate(state, subject, account, isCustomer);
  }

  return async (claim: KeyClaim): Promise<KeyResult> => {
    const key = partsOf(claim.key).id;
    const done = claim.events.map(({ id }) => id);
    const records = (await mirror.ofBillingAccount(key)).filter(({ deleted }) => !deleted);
    const objects = records.map(({ body }) => body as BillingObject);
    const account = objects.find((one) => one.kind === 'account') ?? null;
    const stored = await matches.matchOf(key);
    const decided = account === null || account.accountId !== null;
    if (stored === null && decided) return { done };

    const { version: seenVersion, ...before } = stored ?? { version: 0, ...UNMATCHED };
    const name = { object: 'Billing_Link__c', key: linkRowKeyOf(key) };
    // Before the org is read: what is written in between is seen by its version when this is saved.
    const [projected] = before.hasRow ? await accounts.projectedRows([name]) : [];
    const held = before.hasRow ? await reads(() => deps.rows.row(name.key)) : undefined;
    const isDue = claim.pollAt !== null && claim.pollAt <= claim.claimedAt;
    const followed = followPerson(before, held);
    const state: MatchState = decided
      ? { ...followed, state: account === null ? 'gone' : 'named', link: null, lookedBy: null }
      : await match(followed, account, isCustomer(objects), isDue);
    const wasTakenBack = before.link !== null && followed.link?.accountId !== before.link.accountId;
    const day = today(deps.clock.businessNow(), deps.timeZone);
    const stakes = stakesOf(objects, day, deps.timeZone, deps.reporting);
    // Storage in the org is paid for: who was never billed and resembles nobody is no work for anybody.
    const isWork = state.link === null && (stakes.everBilled || state.candidates.length > 0);
    const hasRow = before.hasRow || (!decided && isWork);
    const waits = state.state === 'waiting';
    const daily = isDue || claim.pollAt === null ? nextLook(claim.claimedAt) : claim.pollAt;
    // Nothing was looked by: an Account is being made for another billing account of the same customer.
    const lookAt =
      waits && state.lookedBy === null ? new Date(claim.claimedAt.getTime() + OTHER_IS_MADE_AFTER_MS) : daily;
    return {
      done,
      match: {
        billingAccountKey: key,
        seenVersion,
        next: { ...state, hasRow },
        by: wasTakenBack ? held!.held.changedBy : decided ? 'billing' : 'rule',
        row: hasRow ? deps.toRow({ account, billingAccountKey: key, state, stakes }) : null,
        drift: projected ? driftOf(projected, held?.held) : null,
      },
      ...(waits ? { pollAt: lookAt, pollAsBatch: true } : {}),
    };
  };
}
