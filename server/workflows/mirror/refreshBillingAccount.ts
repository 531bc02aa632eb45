import { isDeepStrictEqual } from 'node:util';
import { unknownWordsOf } from '../../domain/account/unknownWords.ts';
import { partsOf, projectionKeyOf } from '../../domain/billingAccount/key.ts';
import { Fault } from '../../domain/fault.ts';
import {
  BILLING_PARTS,
  PART_OF,
  type Access,
  type BillingPart,
  type BillingRecord,
  type BillingSystem,
} from '../ports/billingSystem.ts';
import type { KeyClaim, KeyHandler, KeyResult, StoredEvent } from '../ports/keyWork.ts';
import type { AccountLink, MirrorReader, MirrorWrite } from '../ports/mirror.ts';
import { isNews, mergeFetched, tombstone } from './mergeFetched.ts';
import { waitForObject } from './placeEvents.ts';
import { weighEvents, type Weighed } from './weighEvents.ts';

export type RefreshDeps = {
  mirror: Pick<MirrorReader, 'ofBillingAccount' | 'linkOf'>;
  billing: BillingSystem;
  /** Usage is asked for so often, and alone, since no event tells of it. */
  usagePollSeconds: number;
  /** Told when a fetch shows that a trusted snapshot was wrong. */
  onSnapshotDiffers?: (key: string) => void;
  /** Told of each word of the billing system that nobody here knows, and what it is a word for. */
  onUnknownWord?: (what: string) => void;
  /** Told what the credentials may and may not read, besides what nothing goes without. */
  onAccess?: (what: string, isRefused: boolean) => Promise<void>;
};

/** A read that shows nothing new is repeated so long after its event came (real time, ms). */
const LAG_RETRIES_MS = [5_000, 60_000];

/** What may not be read is asked for again so much later (real time, ms). */
const REFUSED_RETRY_MS = 3_600_000;

/** By then no other event of the same change is on its way (real time, ms). */
const AUDIT_AFTER_MS = 30_000;

/**
 * One trusted snapshot in a hundred, chosen by the id of its event, is compared with a fetch once its object has come to
 * rest: before, a difference would only tell that things go on.
 */
function auditAt(event: StoredEvent): Date | null {
  let hash = 0;
  for (const letter of event.eventId) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  return hash % 100 === 0 ? new Date(event.receivedAt.getTime() + AUDIT_AFTER_MS) : null;
}

function earliest(...times: readonly (Date | null)[]): Date | null {
  const known = times.filter((at) => at !== null).map((at) => at.getTime());
  return known.length === 0 ? null : new Date(Math.min(...known));
}

function isMetered(records: Iterable<BillingRecord>): boolean {
  for (const { body, deleted } of records)
    if (!deleted && body.kind === 'subscription' && body.status !== 'Canceled' && body.status !== 'Expired')
      if (body.charges.some((charge) => charge.kind === 'usage')) return true;
  return false;
}

function linkOf(billingAccountKey: string, records: Iterable<BillingRecord>): AccountLink | null {
  for (const { key, body, deleted } of records)
    if (key === billingAccountKey && body.kind === 'account')
      return {
        billingAccountKey,
        accountId: deleted ? null : body.accountId,
        ...(deleted || body.accountId !== null ? {} : { byMatch: true }),
      };
  return null;
}

/** @returns when to look again for a change that an event told and a read has not shown yet; null to stop looking */
function lookAgainAt({ receivedAt }: StoredEvent, now: Date): Date | null {
  const next = LAG_RETRIES_MS.map((delay) => receivedAt.getTime() + delay).find((at) => at > now.getTime());
  return next === undefined ? null : new Date(next);
}

function vanished(key: string): Fault {
  return new Fault({
    code: 'billing_account_vanished',
    kind: 'not_found',
    publicText: `The billing system knows no ${key}, though it never told that it was deleted. Check whose API key is used.`,
  });
}

/** Everything that a refresh came to, before it is put into the words of the key worker. */
type Outcome = {
  writes: { record: BillingRecord; via: MirrorWrite['via'] }[];
  movedTo: Set<string>;
  known: Map<string, BillingRecord>;
  /** True when a filter leaves the billing account out. */
  excluded: boolean;
  access: readonly Access[];
};

function save(outcome: Outcome, record: BillingRecord, via: MirrorWrite['via']): void {
  outcome.writes.push({ record, via });
  const known = outcome.known.get(record.key);
  if (known === undefined || !known.deleted) outcome.known.set(record.key, record);
}

/** A version that is true again after the one that is known was taken back keeps its place, as of now. */
function inPlaceOf(known: BillingRecord | undefined, record: BillingRecord, asOf: Date): BillingRecord {
  return known === undefined || known.version <= record.version ? record : { ...record, version: known.version, asOf };
}

/**
 * Brings the mirror of one billing account up to date with its events.
 *
 * An event that is older than what the mirror holds is done without a fetch; a newer one is trusted where its snapshot is
 * complete; everything else is fetched, once for all events of the claim. An event whose change cannot be read yet (Zuora)
 * stays undone and the key runs again, whatever others in the claim showed; so do events of a billing account that is not there yet.
 */
export function refreshBillingAccount(deps: RefreshDeps): KeyHandler {
  const { mirror, billing } = deps;

  /** Null when the billing account is not there, and nothing says that it ever was. */
  async function fetchInto(
    outcome: Outcome,
    key: string,
    parts: BillingPart[],
    { audited, takenBack }: Weighed,
  ): Promise<string | null> {
    const fetched = await billing.fetch(partsOf(key).id, parts);
    if (!fetched.found) {
      const known = outcome.known.has(key);
      if (fetched.deleted === false && known) throw vanished(key);
      if (fetched.deleted !== true && !known) return null;
      for (const record of [...outcome.known.values()]) {
        if (record.deleted) continue;
        // An owner transfer takes subscriptions out of an account before it is deleted.
        const owner = record.kind === 'subscription' ? await billing.whereIs(record.key) : null;
        if (owner == null || owner === key) save(outcome, tombstone(record, fetched.asOf ?? record.asOf), 'fetch');
        else outcome.movedTo.add(owner);
      }
      return key;
    }
    if (fetched.billingAccountKey !== key) return fetched.billingAccountKey;
    if (fetched.excluded === true) outcome.excluded = true;
    outcome.access = fetched.access ?? [];
    for (const part of fetched.parts) {
      const merged = await mergeFetched(billing, key, part, outcome.known);
      for (const record of merged.records) {
        const trusted = audited.get(record.key);
        if (trusted !== undefined && !isDeepStrictEqual(trusted.body, record.body))
          deps.onSnapshotDiffers?.(record.key);
        save(
          outcome,
          takenBack.has(record.key) ? inPlaceOf(outcome.known.get(record.key), record, part.asOf) : record,
          'fetch',
        );
      }
      for (const owner of merged.movedTo) outcome.movedTo.add(owner);
    }
    return key;
  }

  /**
   * @returns events of what may not be read, with when to look again: they are done once it may, so that no change is lost.
   * An event that merely asks for it besides is done, where nothing of it was ever there
   */
  function refused({ asked }: Weighed, { access, known }: Outcome, now: Date): Map<StoredEvent, Date> {
    const withheld = access.filter(({ isRefused }) => isRefused);
    const parts = withheld.map(({ part }) => part);
    const subjects = withheld.map(({ part, subject }) => subject ?? part);
    const isKnown = (part: BillingPart): boolean =>
      [...known.values()].some(({ kind, deleted }) => !deleted && PART_OF[kind] === part);
    const again = new Date(now.getTime() + REFUSED_RETRY_MS);
    const isAbout = (event: StoredEvent): boolean => {
      const { of } = billing.read(event, known);
      return of !== undefined && subjects.includes(of);
    };
    const waiting = [...asked].filter(
      ([event, wanted]) => wanted.some((part) => parts.includes(part) && isKnown(part)) || isAbout(event),
    );
    return new Map(waiting.map(([event]) => [event, again]));
  }

  /** @returns events whose change the read did not show, though it may have shown others, with when to look again */
  function lagging({ asked }: Weighed, outcome: Outcome, newIn: ReadonlySet<BillingPart>, now: Date) {
    const waiting = new Map<StoredEvent, Date>();
    for (const [event, parts] of billing.readsMayLag ? asked : []) {
      const { fetch, isExact = false } = billing.read(event, outcome.known);
      if (fetch.length === 0 || (!isExact && parts.some((part) => newIn.has(part)))) continue;
      const at = lookAgainAt(event, now);
      if (at !== null) waiting.set(event, at);
    }
    return waiting;
  }

  return async (claim: KeyClaim): Promise<KeyResult> => {
    const key = claim.key;
    const stored = (await mirror.ofBillingAccount(key)) as BillingRecord[];
    const mirrored: ReadonlyMap<string, BillingRecord> = new Map(stored.map((record) => [record.key, record]));
    const before = await mirror.linkOf(key);
    const account = mirrored.get(key);
    const everyId = claim.events.map(({ id }) => id);
    if (account?.deleted === true) return { done: everyId };

    const now = claim.claimedAt;
    const weighed = weighEvents(billing, claim.events, mirrored, (event) => {
      const at = auditAt(event);
      return at === null ? 'never' : at > now ? 'later' : 'now';
    });
    const pollDue = claim.pollAt !== null && claim.pollAt <= now;
    // Snapshots that are known and only wait to be checked are no reason why the key was claimed.
    const onlyChecks = claim.events.length === weighed.audits.length && weighed.snapshots.size === 0;
    const askedForNothing =
      onlyChecks &&
      weighed.fetch.size === 0 &&
      claim.refetch.length === 0 &&
      !claim.pollOnly &&
      (claim.events.length === 0 || !pollDue);
    const everything = account === undefined || askedForNothing;
    const parts = BILLING_PARTS.filter(
      (part) => everything || claim.refetch.includes(part) || weighed.fetch.has(part) || (part === 'usage' && pollDue),
    );
    const outcome: Outcome = { writes: [], movedTo: new Set(), known: new Map(mirrored), excluded: false, access: [] };
    for (const record of [...weighed.snapshots.values(), ...weighed.changes]) save(outcome, record, 'snapshot');
    if (parts.length > 0) {
      const name = await fetchInto(outcome, key, parts, weighed);
      if (name === null) return waitForObject(claim);
      if (name !== key) return { done: everyId, dirty: [name] };
    }
    if (outcome.excluded)
      return {
        done: everyId,
        forget: true,
        dirty: before?.accountId == null ? [] : [projectionKeyOf(before.accountId)],
      };

    for (const { what, isRefused } of outcome.access) await deps.onAccess?.(what, isRefused);
    const told = outcome.writes.map(({ record }) => record).filter((record) => isNews(record, mirrored));
    for (const { body } of told) for (const what of unknownWordsOf(body)) deps.onUnknownWord?.(what);
    const news = told.length > 0;
    // That something was done is no sign that the read shows what it led to.
    const newIn = new Set(told.filter(({ kind }) => kind !== 'change').map(({ kind }) => PART_OF[kind]!));
    const waiting = new Map([
      ...(outcome.movedTo.size > 0 ? [] : lagging(weighed, outcome, newIn, now)),
      ...refused(weighed, outcome, now),
    ]);
    const link = linkOf(key, outcome.known.values());
    // What it was matched with stays when billing names none.
    const keeps = link?.byMatch === true && before?.byMatch === true;
    const linked = link !== null && !keeps && link.accountId !== (before?.accountId ?? null);
    const accounts = new Set(news || linked ? [before?.accountId, link?.accountId] : []);
    const nextPoll = new Date(now.getTime() + deps.usagePollSeconds * 1000);
    const metered = isMetered(outcome.known.values());
    // What was metered until now is asked for once more: usage of a canceled subscription may have been read just before.
    const goesOn = metered || isMetered(mirrored.values());
    const pollAt = (parts.includes('usage') ? null : claim.pollAt) ?? (goesOn ? nextPoll : null);
    const audits = everything ? [] : weighed.audits;
    const open = new Set([...waiting.keys(), ...audits].map(({ id }) => id));
    const againAt = earliest(...waiting.values(), ...audits.map(auditAt));
    return {
      done: everyId.filter((id) => !open.has(id)),
      mirror: outcome.writes,
      ...(link === null ? {} : { link }),
      dirty: [...outcome.movedTo, ...[...accounts].filter((id) => id != null).map(projectionKeyOf)],
      ...(againAt === null ? {} : { againAt }),
      ...(pollAt === null ? {} : { pollAt }),
    };
  };
}
