import { RequestFault } from '../../org/errors.ts';
import { normalizeId } from '../../org/ids.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import type { SRecord } from '../../org/types.ts';
import { isObject, jsonObject, onlyNames } from '../wire/body.ts';
import { ok, type Call, type Reply } from '../wire/call.ts';
import { since } from '../composite/versions.ts';
import type { RestSwitches } from '../switches.ts';
import type { Routes } from '../wire/routes.ts';

const MOST = 500;
const MOST_MENTIONS = 25;
const MOST_CHARACTERS = 10_000;

const refused = (status: number, code: string, message: string): RequestFault =>
  new RequestFault(status, code, message);
const wrong = (message: string): RequestFault => refused(400, 'INVALID_INPUT', message);

/** The person who a segment mentions. @throws RequestFault when nobody is, or somebody who is not active */
function mentioned(org: SimulatedOrg, segment: Record<string, unknown>): SRecord {
  const id = normalizeId(String(segment['id'] ?? ''));
  const user = id === null ? undefined : org.get('User', id);
  if (!user) throw refused(404, 'NOT_FOUND', 'The user that is mentioned does not exist.');
  if (user['IsActive'] !== true) throw wrong(`You can't mention an inactive user: ${user.Id}.`);
  return user;
}

function textOf(org: SimulatedOrg, segments: unknown): string {
  if (!Array.isArray(segments) || segments.length === 0 || !segments.every(isObject))
    throw wrong('body.messageSegments must be a list with at least one segment');
  if (segments.filter(({ type }) => type === 'Mention').length > MOST_MENTIONS)
    throw wrong(`A post takes ${MOST_MENTIONS} mentions at most.`);
  const text = segments.map((segment) => {
    if (segment['type'] === 'Mention') return `@${String(mentioned(org, segment)['Name'])}`;
    if (segment['type'] === 'Text' && typeof segment['text'] === 'string') return segment['text'];
    throw wrong(`A segment of type ${String(segment['type'])} is not simulated.`);
  });
  if (text.join('').length > MOST_CHARACTERS) throw wrong(`A post takes ${MOST_CHARACTERS} characters at most.`);
  return text.join('');
}

/** Saves one post. @throws RequestFault */
function post(org: SimulatedOrg, call: Call, input: unknown): SRecord {
  if (!isObject(input) || !isObject(input['richInput'])) throw wrong('richInput is missing in an input');
  onlyNames(input, ['richInput']);
  const { richInput } = input as { richInput: Record<string, unknown> };
  onlyNames(richInput, ['feedElementType', 'subjectId', 'body']);
  if (richInput['feedElementType'] !== 'FeedItem') throw wrong('feedElementType must be FeedItem');
  const subjectId = normalizeId(String(richInput['subjectId'] ?? ''));
  const subject = subjectId === null ? undefined : org.get('Opportunity', subjectId);
  if (!subject || !call.access.readsObject('Opportunity') || !call.access.seesRecord('Opportunity', subject))
    throw refused(404, 'NOT_FOUND', 'The requested resource does not exist');
  const body = isObject(richInput['body']) ? richInput['body'] : {};
  const text = textOf(org, body['messageSegments']);
  const item = org.object('FeedItem')!;
  const now = org.clock.now().toISOString();
  const by = call.access.userId;
  const record: SRecord = {
    Id: org.store.nextId(item),
    ParentId: subject.Id,
    Type: 'TextPost',
    Body: text,
    IsDeleted: false,
    CreatedDate: now,
    CreatedById: by,
    LastModifiedDate: now,
    LastModifiedById: by,
    SystemModstamp: now,
  };
  org.transaction({ userId: by, origin: '' }, () => org.store.put(item, record));
  return record;
}

/** Without Chatter an org knows no feeds. @throws RequestFault */
export function checkFeeds(object: string, switches: RestSwitches): void {
  if (object.toLowerCase() === 'feeditem' && !switches.chatter.enabled)
    throw refused(400, 'INVALID_TYPE', `sObject type '${object}' is not supported.`);
}

/**
 * Posts of Chatter on Opportunities: `POST /chatter/feed-elements/batch`, each for itself, in the order of the request.
 * Source: Connect REST API Developer Guide, "Feed Elements, Batch Post".
 */
export function addChatter(routes: Routes, org: SimulatedOrg, switches: RestSwitches): void {
  routes.on('POST', '/chatter/feed-elements/batch', (call): Reply => {
    since(call, 32);
    if (!switches.chatter.enabled)
      throw refused(403, 'FUNCTIONALITY_NOT_ENABLED', 'This feature is not currently enabled for this organization.');
    if (!switches.chatter.permitted)
      throw refused(403, 'INSUFFICIENT_ACCESS', 'The user does not have access to Chatter.');
    const { inputs, ...others } = jsonObject(call);
    onlyNames(others, []);
    if (!Array.isArray(inputs) || inputs.length === 0 || inputs.length > MOST)
      throw wrong(`inputs must be a list of 1 to ${MOST}`);
    const results = inputs.map((input: unknown) => {
      try {
        const { Id, ParentId, Body } = post(org, call, input);
        return {
          statusCode: 201,
          result: { id: Id, type: 'TextPost', parent: { id: ParentId }, body: { text: Body } },
        };
      } catch (error) {
        if (!(error instanceof RequestFault)) throw error;
        return { statusCode: error.status, result: [{ errorCode: error.errorCode, message: error.message }] };
      }
    });
    return ok({ hasErrors: results.some(({ statusCode }) => statusCode >= 300), results }, results.length);
  });
}
