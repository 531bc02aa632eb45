import { partsOf } from '../../domain/billingAccount/key.ts';
import { id18 } from '../../domain/billingAccount/salesforceId.ts';
import { Fault } from '../../domain/fault.ts';
import type { NoticeLook, NoticeRefusal, OwnerNotice, OwnerNotices } from '../../workflows/ports/ownerNotices.ts';
import type { OrgCalls } from './calls.ts';
import { inList, queryAll, textList, type Found } from './changes/query.ts';
import type { SalesforceClient } from './client.ts';
import { toFault } from './errors.ts';

/** The platform takes 500 posts a call; the ids of so many Opportunities fit the address of a query. */
const MOST = 100;

const NO_DEAL = 'Nobody is told: the Opportunity was deleted before its owner was told.';
const NOT_ACTIVE = 'Nobody is told: the owner of the Opportunity is no active user.';
const OURS =
  'Nobody is told: the Opportunity belongs to the integration user, as the owner of its Account is not active.';

/** What billing did, by the part of the key that tells the deal from others of its subscription. */
function causeOf(dealKey: string): string {
  const { id } = partsOf(dealKey);
  if (/:renewal:[^:]*$/.test(id)) return 'a subscription was renewed';
  if (/:upgrade:/.test(id)) return 'a subscription was upgraded';
  return 'a subscription has begun';
}

/** A post on the Opportunity that mentions its owner. Source: Connect REST API Developer Guide, "Feed Item Input". */
function postOf({ dealKey, opportunityId, ownerId }: OwnerNotice): unknown {
  const text = ` Billing made this opportunity: ${causeOf(dealKey)}. It is won already, and there is nothing to order.`;
  return {
    richInput: {
      feedElementType: 'FeedItem',
      subjectId: opportunityId,
      body: {
        messageSegments: [
          { type: 'Mention', id: ownerId },
          { type: 'Text', text },
        ],
      },
    },
  };
}

type BatchItem = { statusCode: number; result: unknown };

/** An answer of any other shape proves nothing: neither that owners were told nor that they were not. */
function itemsOf(answer: unknown, count: number): BatchItem[] {
  const results = (answer as { results?: unknown } | null)?.results;
  const isItem = (item: unknown): item is BatchItem =>
    typeof item === 'object' && item !== null && 'statusCode' in item && typeof item.statusCode === 'number';
  if (Array.isArray(results) && results.length === count && results.every(isItem)) return results;
  throw new Fault({
    code: 'salesforce_unreadable_answer',
    kind: 'unavailable',
    publicText:
      'Salesforce answered something that is no list of posts; their feeds are read before any is sent again.',
    outcomeUnknown: true,
  });
}

function refusalOf({ statusCode, result }: BatchItem): NoticeRefusal | null {
  if (statusCode < 300) return null;
  const [first] = [result].flat() as ({ errorCode?: unknown; message?: unknown } | null | undefined)[];
  const code = typeof first?.errorCode === 'string' ? first.errorCode : `ERROR_HTTP_${statusCode}`;
  return { code, message: String(first?.message ?? 'Salesforce gave no reason.').slice(0, 500) };
}

/** What an org answers without Chatter, to reads and to posts, or to a user whom it is not rolled out to. */
const NO_CHATTER = ['INVALID_TYPE', 'FUNCTIONALITY_NOT_ENABLED', 'INSUFFICIENT_ACCESS'];

function faultOf(error: unknown, doing: string): Fault {
  const fault = toFault(error, doing);
  if (!NO_CHATTER.includes(String(fault.context['code']))) return fault;
  return new Fault({
    code: 'salesforce_no_chatter',
    kind: 'forbidden',
    publicText:
      'Owners of Opportunities cannot be told: Chatter is off in this org, or not for the integration user. Turn it on in Setup, Chatter Settings, and try the notice again, or set SALESFORCE_NOTIFY_OWNERS to off.',
    retryable: true,
    retryAfterMs: 60_000,
    context: fault.context,
    cause: error,
  });
}

/**
 * Tells owners by a Chatter post on the Opportunity that mentions them; Salesforce rings the bell and sends the e-mail that
 * each of them has chosen for mentions. The guard against a second post is the feed itself: whoever sends has read it
 * before, deleted posts included.
 * @param ourUser id of the integration user, which posts nothing else on such an Opportunity
 */
export function createOwnerNotices(
  client: SalesforceClient,
  calls: OrgCalls,
  ourUser: () => Promise<string>,
): OwnerNotices {
  async function postedOn(ids: readonly string[], us: string): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const posts = await queryAll(
      client,
      `SELECT ParentId FROM FeedItem WHERE Type = 'TextPost' AND CreatedById = '${us}' AND ParentId IN ${inList(ids)}`,
    ).catch((error: unknown) => {
      throw faultOf(error, 'read feeds of Opportunities');
    });
    return new Set(posts.map(({ ParentId }) => id18(String(ParentId))));
  }

  return {
    most: MOST,
    async look(dealKeys) {
      const us = await ourUser();
      const found = await queryAll(
        client,
        `SELECT Id, OwnerId, Owner.IsActive, Billing_Key__c FROM Opportunity WHERE IsDeleted = false AND Billing_Key__c IN ${textList(dealKeys)}`,
      );
      const posted = await postedOn(
        found.map(({ Id }) => id18(String(Id))),
        us,
      );
      const byKey = new Map(found.map((deal) => [String(deal['Billing_Key__c']), deal]));
      const lookOf = (dealKey: string): NoticeLook => {
        const deal = byKey.get(dealKey);
        if (deal === undefined) return { found: 'nobody', why: NO_DEAL };
        const opportunityId = id18(String(deal['Id']));
        const ownerId = id18(String(deal['OwnerId']));
        if (posted.has(opportunityId)) return { found: 'told' };
        if (ownerId === us) return { found: 'nobody', why: OURS };
        if ((deal['Owner'] as Found | null)?.['IsActive'] !== true) return { found: 'nobody', why: NOT_ACTIVE };
        return { found: 'owner', notice: { dealKey, opportunityId, ownerId } };
      };
      return new Map(dealKeys.map((dealKey) => [dealKey, lookOf(dealKey)]));
    },
    async send(notices) {
      try {
        const body = { inputs: notices.map(postOf) };
        const answer = await calls.send('chatter', { method: 'POST', path: '/chatter/feed-elements/batch', body });
        return itemsOf(answer, notices.length).map(refusalOf);
      } catch (error) {
        throw faultOf(error, 'tell owners of Opportunities');
      }
    },
  };
}
