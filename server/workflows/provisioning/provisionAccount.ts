import type { BillingAccount } from '../../domain/billingAccount/billingAccount.ts';
import { keyOf, partsOf } from '../../domain/billingAccount/key.ts';
import { Fault } from '../../domain/fault.ts';
import type { AccountToBill, MadeBillingAccount } from '../../domain/provisioning/account.ts';
import { provisioningFault } from '../../domain/provisioning/faults.ts';
import { identitiesOf, otherIsFirst, planBillingAccount } from '../../domain/provisioning/plan.ts';
import { isWanted, type ProvisioningRules } from '../../domain/provisioning/rules.ts';
import { newAccountInWords } from '../../domain/provisioning/words.ts';
import type { Clock } from '../ports/clock.ts';
import type { KeyClaim, KeyHandler, KeyResult } from '../ports/keyWork.ts';
import type { MirrorReader } from '../ports/mirror.ts';
import type { AccountsToBill, Provisioning, ProvisioningBook, ProvisioningDesk } from '../ports/provisioning.ts';

export type WorkOutDeps = {
  rules: ProvisioningRules;
  accounts: AccountsToBill;
  book: ProvisioningBook;
  mirror: Pick<MirrorReader, 'ofAccount'>;
  clock: Pick<Clock, 'businessNow'>;
};

export type ProvisionDeps = WorkOutDeps & {
  desk: ProvisioningDesk;
  /** @returns the same text for the same content */
  digest: (content: unknown) => string;
};

type Known = { provisioning: Provisioning; version: number };

/** What is wrong may be mended where nothing tells of it: in billing, or on another Account (real time, ms). */
const LOOK_AGAIN_MS = 86_400_000;
/** While billing accounts are read for the first time (real time, ms). */
const STILL_READING_MS = 15_000;

const LEFT_OUT = 'The settings leave the account out: its record type is none of those that get billing accounts.';
const STILL_READING = 'connection_unread';

/** The same one until there is an answer; billing systems repeat an answer to what comes with the same one. */
export const effectOf = ({ accountId, epoch }: Provisioning): string => `${accountId}-${epoch}`;

const blank = (accountId: string, connection: string): Provisioning => ({
  accountId,
  state: 'Not Wanted',
  connection,
  faults: [],
  wanted: null,
  identities: [],
  made: null,
  epoch: 1,
  lines: [],
  asOf: '',
});

const inWords = ({ number, connection }: BillingAccount): string =>
  `It has the billing account ${number} in ${connection}.`;

/** @returns billing accounts that belong to an Account already */
async function billedAs({ mirror }: Pick<WorkOutDeps, 'mirror'>, accountId: string): Promise<BillingAccount[]> {
  const records = await mirror.ofAccount(accountId);
  return records
    .filter(({ kind, deleted }) => kind === 'account' && !deleted)
    .map(({ body }) => body as BillingAccount);
}

/**
 * How the billing account of an Account stands before anything is sent, by what Salesforce and the mirror say now.
 * @returns state `Ready` where it could be made
 */
export function workOut(deps: WorkOutDeps): (accountId: string, known: Provisioning | null) => Promise<Provisioning> {
  const { rules, accounts, book, clock } = deps;

  async function planned(account: AccountToBill, base: Provisioning): Promise<Provisioning> {
    const unread = await book.unread();
    if (unread.length > 0) {
      const text = `Not every customer of ${unread.join(' and ')} has been read yet, so that this one may be there already. It goes on by itself.`;
      return { ...base, state: 'Not Ready', faults: [provisioningFault(STILL_READING, text)] };
    }
    const plan = planBillingAccount(account, await book.resembling(account), rules);
    if ('faults' in plan) return { ...base, state: 'Not Ready', faults: plan.faults };
    return {
      ...base,
      state: 'Ready',
      wanted: plan,
      identities: identitiesOf(account),
      lines: newAccountInWords(plan, rules.connection),
    };
  }

  return async (accountId, known) => {
    const base = {
      ...blank(accountId, rules.connection),
      epoch: known?.epoch ?? 1,
      asOf: clock.businessNow().toISOString(),
    };
    const found = await accounts.account(accountId);
    if (found === null) return base;
    const hasWonDeal = rules.onWonDeal && (await book.hasWonDeal(accountId, rules.connection));
    const account = { ...found, hasWonDeal };
    const there = await billedAs(deps, accountId);
    if (there.length > 0)
      return { ...base, state: isWanted(rules, account) ? 'Created' : 'Not Wanted', lines: there.map(inWords) };
    if (isWanted(rules, account)) return planned(account, base);
    // Whoever sold to it is told.
    return hasWonDeal ? { ...base, lines: [LEFT_OUT] } : base;
  };
}

/**
 * Makes the billing account of an Account that meets the criteria (key `provision:account:<18-character id>`), and once: what
 * is about to be sent is committed before it is sent, and what may have been made is looked for before it is sent again. What
 * it needs and who may be the same customer is read each time.
 */
export function provisionAccount(deps: ProvisionDeps): KeyHandler {
  const { rules, desk, book, digest, clock } = deps;
  const worksOut = workOut(deps);

  const isSame = (a: Provisioning | undefined, b: Provisioning): boolean =>
    a !== undefined && digest({ ...a, asOf: b.asOf }) === digest(b);

  /** @returns the Account of the same customer that was first; null where it is saved */
  async function save(next: Provisioning, known: Known | null): Promise<string | null> {
    if (isSame(known?.provisioning, next)) return null;
    const saved = await book.save(next, known?.version ?? null);
    return 'takenBy' in saved ? saved.takenBy : null;
  }

  async function done(committed: Provisioning, made: MadeBillingAccount, known: Known): Promise<string[]> {
    await save({ ...committed, state: 'Created', made, asOf: clock.businessNow().toISOString() }, known);
    // Read at once, so that it stands on its Account before any event tells of it.
    return [keyOf(rules.connection, 'account', made.id)];
  }

  /** @param known in state Creating, which is sent as it was committed. @returns keys to be worked because of it */
  async function send(known: Known): Promise<string[]> {
    const { provisioning: committed } = known;
    let made: MadeBillingAccount;
    try {
      made = await desk.make(committed.wanted!, effectOf(committed));
    } catch (error) {
      if (!(error instanceof Fault) || error.outcomeUnknown || error.notTried) throw error;
      const next = { ...committed, epoch: committed.epoch + 1 };
      if (error.code !== 'provisioning_refused') {
        await save(next, known);
        throw error;
      }
      await save(
        { ...next, state: 'Failed', faults: [provisioningFault('provisioning_refused', error.publicText)] },
        known,
      );
      return [];
    }
    return done(committed, made, known);
  }

  /** What may have been made is looked for; what was not is sent again while billing accounts are made. */
  async function resume(known: Known): Promise<string[]> {
    const { provisioning: committed } = known;
    const { accountId, wanted } = committed;
    const mirrored = (await billedAs(deps, accountId)).find(({ connection }) => connection === rules.connection);
    if (mirrored) return done(committed, { id: partsOf(mirrored.key).id, number: mirrored.number }, known);
    const found = await desk.find(wanted!);
    if (found !== null) return done(committed, found, known);
    if (rules.mode !== 'automatic') return [];
    if ((await deps.accounts.account(accountId)) !== null) return send(known);
    await save({ ...blank(accountId, rules.connection), epoch: committed.epoch, asOf: committed.asOf }, known);
    return [];
  }

  /** Whether it failed, and nothing of what would be made is another. */
  const failedAlike = (worked: Provisioning, before: Provisioning | undefined): boolean =>
    before?.state === 'Failed' && digest(before.wanted) === digest(worked.wanted);

  async function work(accountId: string): Promise<string[]> {
    const known = await book.of(accountId);
    const before = known?.provisioning;
    if (before?.state === 'Creating') return resume(known!);
    if (before?.made || rules.mode === 'off') return [];
    const worked = await worksOut(accountId, before ?? null);
    const isNothing = worked.state === 'Not Wanted' && worked.lines.length === 0;
    if (known === null && (isNothing || worked.state === 'Created')) return [];
    if (failedAlike(worked, before)) return [];
    if (worked.state !== 'Ready' || rules.mode !== 'automatic') {
      await save(worked, known);
      return [];
    }
    const creating: Provisioning = { ...worked, state: 'Creating' };
    const saved = await book.save(creating, known?.version ?? null);
    if ('version' in saved) return send({ provisioning: creating, version: saved.version });
    await save({ ...worked, state: 'Not Ready', lines: [], faults: [otherIsFirst(saved.takenBy)] }, known);
    return [];
  }

  return async (claim: KeyClaim): Promise<KeyResult> => {
    const accountId = partsOf(claim.key).id;
    const dirty = await work(accountId);
    const after = (await book.of(accountId))?.provisioning;
    const waits = after?.state === 'Not Ready';
    const inMs = after?.faults.some(({ code }) => code === STILL_READING) === true ? STILL_READING_MS : LOOK_AGAIN_MS;
    return {
      done: claim.events.map(({ id }) => id),
      dirty,
      ...(waits ? { pollAt: new Date(claim.claimedAt.getTime() + inMs), pollAsBatch: true } : {}),
    };
  };
}
