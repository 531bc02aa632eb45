import { partsOf } from '../../domain/billingAccount/key.ts';
import type { ActionLog, RefreshBook, UserAccess } from '../ports/actions.ts';
import type { KeyClaim, KeyHandler, KeyResult } from '../ports/keyWork.ts';
import type { FailureDesk, OrgRequest, OrgRequests, RequestState } from '../ports/requests.ts';
import { notFound } from './checks.ts';

export type FollowRequestDeps = {
  requests: OrgRequests;
  access: UserAccess;
  refreshes: RefreshBook;
  audit: ActionLog;
  failures: FailureDesk;
  /** The org that rows go to. */
  orgId: string;
  businessNow: () => Date;
  /** Takes in what was decided about an order; without it nothing is asked for approval. */
  decide?: (claim: KeyClaim, requestId: string) => Promise<KeyResult>;
};

/** How requests by record are called where calls go by the name of their client. */
const BY_RECORD = 'record';
/** A request that nobody could carry out for so long is not wanted any more. */
const LONGEST_MS = 24 * 3_600_000;
const LOOK_EVERY_MS = 1000;

const EXPIRED = 'Nobody could carry this out in time. Ask again, if it is still wanted.';
const NO_FAILURE = 'The request names no failure. Start it from the page of a failure.';
const RESOLVED = 'This failure is resolved already; there is nothing to be tried.';
const TRIED = (count: number): string =>
  `${count === 1 ? 'It is' : `${count} failures are`} tried now. What works is resolved by itself within a minute or two; what fails again stays open, with its reason.`;
const NO_ACCOUNT = 'The request names no Account. Start it from the page of an Account.';

type Outcome = { state: RequestState; message: string };

function isExpired({ createdAt, expiresAt }: OrgRequest, now: Date): boolean {
  return now.getTime() > Math.min(createdAt.getTime() + LONGEST_MS, expiresAt?.getTime() ?? Infinity);
}

/**
 * Carries out what a person asked for by a record (key `salesforce:Billing_Request__c:<id>`), once, and writes what came of
 * it to the record. The job has the id of the record, so that a request that is told twice is the same one.
 */
export function followRequest(deps: FollowRequestDeps): KeyHandler {
  const { requests, access, refreshes, audit, failures, orgId, businessNow, decide } = deps;

  async function begin(request: OrgRequest & { accountId: string }): Promise<Outcome | null> {
    const { id, accountId, requesterId: userId } = request;
    const entry = await audit.begin({
      clientId: BY_RECORD,
      orgId,
      userId,
      operation: 'refreshbilling',
      accountId,
      subject: id,
    });
    if (!(await access.canRead(userId, accountId))) {
      const { code, publicText } = notFound();
      await audit.end(entry, code);
      return { state: 'Failed', message: publicText };
    }
    await refreshes.start({ clientId: BY_RECORD, userId, accountId, jobId: id });
    await audit.end(entry, 'done');
    return null;
  }

  async function retry(request: OrgRequest): Promise<Outcome> {
    const { id, requesterId } = request;
    const failure = await requests.failureOf(id);
    if (failure === null) return { state: 'Failed', message: NO_FAILURE };
    if (isExpired(request, businessNow())) return { state: 'Expired', message: EXPIRED };
    if (!(await access.canRead(requesterId, failure.recordId)))
      return { state: 'Failed', message: notFound().publicText };
    const tried = await failures.retry(failure.key, `Salesforce user ${requesterId}`);
    return { state: 'Done', message: tried === null ? RESOLVED : TRIED(tried) };
  }

  /** @returns null when it has just begun */
  async function carryOut(request: OrgRequest): Promise<Outcome | null> {
    const { id, accountId, kind } = request;
    if (kind === 'Retry') return retry(request);
    if (kind !== 'Refresh')
      return {
        state: 'Failed',
        message: `Requests of the kind ${kind} are not carried out by this version of Billing 360.`,
      };
    if (accountId === null) return { state: 'Failed', message: NO_ACCOUNT };
    const job = { jobId: id, clientId: BY_RECORD, userId: request.requesterId, accountId };
    const found = await refreshes.look(job);
    if (found !== null) return { state: found.state, message: [found.message, found.changes].join('\n').trim() };
    if (isExpired(request, businessNow())) return { state: 'Expired', message: EXPIRED };
    return begin({ ...request, accountId });
  }

  return async (claim: KeyClaim): Promise<KeyResult> => {
    const { id } = partsOf(claim.key);
    const done = claim.events.map((event) => event.id);
    const request = await requests.read(id);
    if (request?.kind === 'Approval' && decide) return decide(claim, id);
    if (request === null || !['Requested', 'Running'].includes(request.state)) return { done };
    const outcome = await carryOut(request);
    if (outcome !== null && (outcome.state !== 'Running' || request.state === 'Requested'))
      await requests.write(id, outcome.state, outcome.message);
    if (outcome !== null && outcome.state !== 'Running') return { done };
    return { done: [], againAt: new Date(claim.claimedAt.getTime() + LOOK_EVERY_MS) };
  };
}
