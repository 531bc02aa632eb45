import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { assign, connectActions, orgSecret } from '../../scripts/demo/actions.ts';
import { orgClient } from '../../scripts/demo/org.ts';
import type { FieldValue } from '../simulators/salesforce/org/types.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { FlowVisit } from '../support/interviews.ts';
import { person } from '../support/orgPeople.ts';
import type { StackOptions } from '../support/stack.ts';
import { settled } from '../support/settled.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';

/** What people ask of billing by a record, where a call is not possible. */

let story: Story;
let accountId: string;
let customer: string;

/** Requests are heard of by change events in one story and by the sweep in the other. */
describe.each<[string, StackOptions, string]>([
  ['change events', { tls: true, ownChanges: true, env: { SWEEP_SECONDS: '3600' } }, 'Billing_Request__c.CREATE'],
  ['the sweep', { env: { SWEEP_SECONDS: '1' } }, 'Billing_Request__c.swept'],
])('a request that is found by %s', (_how, options, kind) => {
  beforeAll(async () => {
    story = await beginStory(options);
    accountId = await story.account('Acme');
    const agents = story.stack.org.org.all('PermissionSet').find((one) => one['Name'] === 'Billing_Agent')!;
    insert('PermissionSetAssignment', { AssigneeId: userId('rep'), PermissionSetId: agents.Id }, 'admin');
    customer = await story.stripe.customer('Acme', accountId);
    const price = await story.stripe.price({ name: 'Growth', amountMinor: 4900, currency: 'usd' });
    await story.stripe.subscribe(customer, [{ price }]);
    await settled(story.stack);
  }, 180_000);
  afterAll(() => story.end());

  const userId = (who: keyof typeof USERS) => story.stack.org.org.userNamed(USERS[who])!.Id;

  function insert(object: string, fields: Record<string, FieldValue>, who: keyof typeof USERS): string {
    const options = { userId: userId(who), origin: '', allOrNone: true };
    const [result] = story.stack.org.org.insert(object, [fields], options);
    if (!result?.success) throw new Error(JSON.stringify(result));
    return result.id!;
  }
  const ask = (fields: Record<string, FieldValue>) => insert('Billing_Request__c', fields, 'rep');
  const read = (id: string) => story.stack.org.org.get('Billing_Request__c', id)!;
  const ended = async (id: string) => {
    await vi.waitUntil(() => ['Done', 'Failed', 'Expired'].includes(String(read(id)['State__c'])), {
      timeout: 30_000,
      interval: 50,
    });
    return { state: read(id)['State__c'], message: read(id)['Message__c'] };
  };

  it('refreshes the Account, once, and says what changed', async () => {
    story.stack.stripe.ctx.webhooks.switches.drop = true;
    const [subscription] = (await story.stripe.stripe.subscriptions.list({ customer })).data;
    await story.stripe.stripe.subscriptions.cancel(subscription!.id);
    await story.stack.stripe.ctx.webhooks.idle();
    story.stack.stripe.ctx.webhooks.switches.drop = false;
    const id = ask({ Account__c: accountId, Kind__c: 'Refresh' });
    const { state, message } = await ended(id);
    expect(state).toBe('Done');
    // A sweep that runs each second may find the change before it finds the request.
    if (kind === 'Billing_Request__c.CREATE')
      expect(String(message).split('\n')).toEqual(
        expect.arrayContaining(['Refreshed.', `Subscription ${subscription!.id}: Active to Canceled`]),
      );
    await settled(story.stack);
    expect(story.rows('Billing_Subscription__c', accountId).map((row) => row['Status__c'])).toEqual(['Canceled']);
    const jobs = await story.database.pool.query('select id, state, user_id from org_refresh where id = $1', [id]);
    expect(jobs.rows).toEqual([{ id, state: 'Done', user_id: userId('rep') }]);
    const audit = await story.database.pool.query(
      'select client_id, user_id, outcome from org_action where subject = $1',
      [id],
    );
    expect(audit.rows).toEqual([{ client_id: 'record', user_id: userId('rep'), outcome: 'done' }]);
    // What we wrote to the record ourselves is no event, though the channel of the first story tells that, too.
    const events = await story.database.pool.query('select distinct kind from inbox where key = $1', [
      `salesforce:Billing_Request__c:${id}`,
    ]);
    expect(events.rows).toEqual([{ kind }]);
  }, 60_000);

  it('is left by the flow where billing cannot be reached, and tells whoever left it what came of it', async () => {
    const { stack } = story;
    // Nothing listens on the port that browsers call discard.
    await connectActions(stack, 'http://127.0.0.1:9', await orgSecret(stack, null));
    await assign(stack, USERS.rep);
    const before = new Set(stack.org.org.all('Billing_Request__c').map(({ Id }) => Id));
    const seen = await FlowVisit.start(stack, USERS.rep, 'Billing_Refresh', { recordId: accountId });
    expect([seen.screen, seen.text]).toEqual(['Offer', expect.stringContaining('could not be reached')]);
    expect((await seen.next()).text).toContain('Your request is left.');
    const [left] = stack.org.org.all('Billing_Request__c').filter(({ Id }) => !before.has(Id));
    expect(left).toMatchObject({ Account__c: accountId, Kind__c: 'Refresh', CreatedById: userId('rep') });
    expect((await ended(left!.Id)).state).toBe('Done');
    const fields = 'State__c, Message__c';
    const seenByRep = await orgClient(stack).query(`SELECT ${fields} FROM Billing_Request__c WHERE Id = '${left!.Id}'`);
    expect(seenByRep).toMatchObject([{ State__c: 'Done', Message__c: 'Nothing changed.' }]);
  }, 60_000);

  it('is refused to whoever may not see the Account any more, in the words for one that is not there', async () => {
    const lost = await story.account('Lost');
    const id = ask({ Account__c: lost, Kind__c: 'Refresh' });
    person(story.stack).edit('Account', lost, { OwnerId: userId('otherRep') });
    expect(await ended(id)).toEqual({
      state: 'Failed',
      message: 'This record does not exist, or you may not see it.',
    });
  }, 60_000);

  it('of another kind, without an Account or past its time is answered in words and does nothing', async () => {
    const past = new Date(Date.now() - 60_000).toISOString();
    const asked = {
      approval: ask({ Account__c: accountId, Kind__c: 'Approval' }),
      nothing: ask({ Kind__c: 'Refresh' }),
      late: ask({ Account__c: accountId, Kind__c: 'Refresh' }),
    };
    person(story.stack, 'integration').edit('Billing_Request__c', asked.late, { Expires_At__c: past });
    expect(await ended(asked.approval)).toMatchObject({
      state: 'Failed',
      message: expect.stringContaining('kind Approval') as string,
    });
    expect(await ended(asked.nothing)).toMatchObject({
      state: 'Failed',
      message: expect.stringContaining('names no Account') as string,
    });
    expect(await ended(asked.late)).toMatchObject({
      state: 'Expired',
      message: expect.stringContaining('Ask again') as string,
    });
    const jobs = await story.database.pool.query('select 1 from org_refresh where id = any($1)', [
      Object.values(asked),
    ]);
    expect(jobs.rowCount).toBe(0);
  }, 60_000);
});
