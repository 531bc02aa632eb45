import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunningSalesforce } from '../main.ts';
import { USERS } from '../org/seed.ts';
import { saver, select, startPubSubOrg, Subscriber, switchTo, type From } from './testing.ts';
import { callsOf, type Person } from '../testing.ts';

const ACCOUNTS = '/data/AccountChangeEvent';
const CHANNEL = '/data/Billing__chn';

describe('the independent Pub/Sub client', () => {
  let sim: RunningSalesforce;
  let subscribers: Subscriber[];

  beforeEach(async () => {
    sim = await startPubSubOrg({
      connectedApps: [{ clientId: 'events-app', clientSecret: 'open sesame', runAs: USERS.integration }],
    });
    subscribers = [];
  });

  afterEach(async () => {
    await sim.close();
    for (const subscriber of subscribers) subscriber.close();
  });

  async function subscribe(topic: string, from: From = 'latest', person: Person = 'admin', count?: number) {
    const subscriber = await Subscriber.connect(sim, person);
    subscribers.push(subscriber);
    return subscriber.subscribe(sim, topic, from, count);
  }

  describe('of one object', () => {
    beforeEach(() => select(sim, 'ChangeEvents', [{ selectedEntity: 'AccountChangeEvent' }]));

    it('hears of a new record with all that is filled in, and who made it by what', async () => {
      const rep = saver(sim, 'rep', 'com/salesforce/api/rest/66.0;client=Tests');
      const subscriber = await subscribe(ACCOUNTS);
      const [id] = rep.insert('Account', {
        Name: 'Acme',
        AnnualRevenue: 125,
        NumberOfEmployees: 7,
        BillingCity: 'Bern',
      });
      const { payload } = await subscriber.next();
      expect(payload.ChangeEventHeader).toMatchObject({
        ...{ entityName: 'Account', recordIds: [id], changeType: 'CREATE', commitUser: rep.userId, sequenceNumber: 1 },
        ...{ changeOrigin: 'com/salesforce/api/rest/66.0;client=Tests', changedFields: [], nulledFields: [] },
      });
      expect(payload.ChangeEventHeader['commitTimestamp']).toBe(
        Math.floor(Date.parse(String(sim.org.get('Account', id!)!['CreatedDate'])) / 1000) * 1000,
      );
      expect(payload).toMatchObject({ Name: 'Acme', AnnualRevenue: 125, NumberOfEmployees: 7, OwnerId: rep.userId });
      expect(payload['BillingAddress']).toMatchObject({ City: 'Bern', Street: null });
      expect(payload['Industry']).toBeNull();
    });

    it('logs in by itself, as the user of its app', async () => {
      const login = { authType: 'oauth-client-credentials', clientId: 'events-app', clientSecret: 'open sesame' };
      const subscriber = await Subscriber.connectBy(sim, { ...login, loginUrl: sim.url });
      subscribers.push(await subscriber.subscribe(sim, ACCOUNTS));
      saver(sim, 'rep').insert('Account', { Name: 'Acme' });
      expect((await subscriber.next()).payload['Name']).toBe('Acme');
    });

    it('hears of an update with the fields that changed alone, by name', async () => {
      const rep = saver(sim, 'rep');
      const [id] = rep.insert('Account', { Name: 'Acme', Industry: 'Energy', Phone: '1', BillingCity: 'Bern' });
      const subscriber = await subscribe(ACCOUNTS);
      rep.update('Account', { Id: id!, Industry: 'Banking', Phone: null, BillingCity: 'Basel', BillingStreet: null });
      const { payload } = await subscriber.next();
      const { changedFields, nulledFields, changeType } = payload.ChangeEventHeader;
      expect(changeType).toBe('UPDATE');
      expect([...changedFields].sort()).toEqual(['BillingAddress.City', 'Industry', 'LastModifiedDate', 'Phone']);
      expect(nulledFields).toEqual(['Phone']);
      expect(payload).toMatchObject({ Industry: 'Banking', Phone: null, Name: null });
    });

    it('hears of a deletion by its id alone', async () => {
      const rep = saver(sim, 'rep');
      const [id] = rep.insert('Account', { Name: 'Acme' });
      const subscriber = await subscribe(ACCOUNTS);
      rep.remove('Account', id!);
      const { ChangeEventHeader: header, ...fields } = (await subscriber.next()).payload;
      expect(header).toMatchObject({ changeType: 'DELETE', recordIds: [id], changedFields: [] });
      expect(Object.values(fields).every((value) => value === null)).toBe(true);
    });

    it('gets one event with several ids for the same change in one transaction', async () => {
      const rep = saver(sim, 'rep');
      const ids = rep.insert('Account', { Name: 'A' }, { Name: 'B' }, { Name: 'C' });
      const subscriber = await subscribe(ACCOUNTS);
      rep.update('Account', ...ids.map((Id, at) => ({ Id, Industry: at === 2 ? 'Media' : 'Energy' })));
      const told = [await subscriber.next(), await subscriber.next()];
      expect(told.map(({ payload }) => payload.ChangeEventHeader.recordIds)).toEqual([ids.slice(0, 2), ids.slice(2)]);
      expect(told.map(({ payload }) => payload.ChangeEventHeader['sequenceNumber'])).toEqual([1, 2]);
      const numbers = new Set(told.map(({ payload }) => String(payload.ChangeEventHeader['commitNumber'])));
      expect(numbers.size).toBe(1);
    });

    it('starts at the earliest event that is kept, or behind a replay id, in commit order', async () => {
      const rep = saver(sim, 'rep');
      for (const Name of ['A', 'B', 'C']) rep.insert('Account', { Name });
      const all = await subscribe(ACCOUNTS, 'earliest');
      const first = await all.next();
      expect([first, await all.next(), await all.next()].map(({ payload }) => payload['Name'])).toEqual([
        'A',
        'B',
        'C',
      ]);
      const resumed = await subscribe(ACCOUNTS, first.replayId);
      expect([await resumed.next(), await resumed.next()].map(({ payload }) => payload['Name'])).toEqual(['B', 'C']);
    });

    it('gets no more than it asked for, and the rest when it asks again', async () => {
      const rep = saver(sim, 'rep');
      for (const Name of ['A', 'B', 'C']) rep.insert('Account', { Name });
      const subscriber = await subscribe(ACCOUNTS, 'earliest', 'admin', 2);
      await subscriber.next('lastEvent');
      expect(subscriber.untold()).toBe(0);
      subscriber.client.requestAdditionalEvents(ACCOUNTS, 1);
      expect((await subscriber.next()).payload['Name']).toBe('C');
    });

    it('asks for the next hundred by itself', async () => {
      const rep = saver(sim, 'rep');
      const subscriber = await subscribe(ACCOUNTS);
      rep.insert('Account', ...Array.from({ length: 150 }, (_, at) => ({ Name: `Account ${at}` })));
      let last = await subscriber.next();
      for (let count = 1; count < 150; count++) last = await subscriber.next();
      expect(last.payload['Name']).toBe('Account 149');
    });

    it('is kept alive with the newest replay id, from which it can go on', async () => {
      await switchTo(sim, 'pubsub', { keepAliveMs: 20 });
      const subscriber = await subscribe(ACCOUNTS);
      const { lastReplayId } = await subscriber.next('grpcKeepAlive');
      saver(sim, 'rep').insert('Account', { Name: 'Acme' });
      const resumed = await subscribe(ACCOUNTS, lastReplayId);
      expect((await resumed.next()).payload['Name']).toBe('Acme');
    });

    it('is told newer positions as time goes by, so that a quiet stream does not outlive its replay id', async () => {
      await switchTo(sim, 'pubsub', { keepAliveMs: 20 });
      const subscriber = await subscribe(ACCOUNTS);
      const { lastReplayId } = await subscriber.next('grpcKeepAlive');
      await switchTo(sim, 'clock', { advanceDays: 4 });
      while ((await subscriber.next('grpcKeepAlive')).lastReplayId === lastReplayId) continue;
      const late = await subscribe(ACCOUNTS, lastReplayId);
      expect((await late.next('error')).error.code).toBe(3);
    });

    it('is refused a replay id that was never given out', async () => {
      saver(sim, 'rep').insert('Account', { Name: 'Acme' });
      const subscriber = await subscribe(ACCOUNTS, 2 ** 52);
      const { error } = await subscriber.next('error');
      expect(error.code).toBe(3);
      expect(error.message).toMatch(/Replay ID validation failed.* rpcId: /);
      expect(error.metadata.get('error-code')).toEqual([
        'sfdc.platform.eventbus.grpc.subscription.fetch.replayid.corrupted',
      ]);
    });

    it('is refused a replay id that is older than 72 hours', async () => {
      saver(sim, 'rep').insert('Account', { Name: 'Acme' });
      const { replayId } = await (await subscribe(ACCOUNTS, 'earliest')).next();
      await switchTo(sim, 'clock', { advanceDays: 3 });
      await switchTo(sim, 'clock', { advanceMs: 1000 });
      const { error } = await (await subscribe(ACCOUNTS, replayId)).next('error');
      expect(error.metadata.get('error-code')).toEqual([
        'sfdc.platform.eventbus.grpc.subscription.fetch.replayid.validation.failed',
      ]);
      saver(sim, 'rep').insert('Account', { Name: 'Globex' });
      const { payload } = await (await subscribe(ACCOUNTS, 'earliest')).next();
      expect(payload['Name']).toBe('Globex');
    });

    it('may not subscribe without View All on the object', async () => {
      const { error } = await (await subscribe(ACCOUNTS, 'latest', 'rep')).next('error');
      expect(error.code).toBe(7);
    });

    it('does not get fields that it may not read', async () => {
      const subscriber = await subscribe(ACCOUNTS, 'latest', 'integration');
      const rep = saver(sim, 'rep');
      const [id] = rep.insert('Account', { Name: 'Acme', Fax: '1' });
      await subscriber.next();
      rep.update('Account', { Id: id!, Fax: '2', Name: 'Acme 2' });
      const { payload } = await subscriber.next();
      expect(sim.org.accessOf(saver(sim, 'integration').userId).readsField('Account', 'Fax')).toBe(false);
      expect(payload).toMatchObject({ Name: 'Acme 2', Fax: null });
      expect(payload.ChangeEventHeader.changedFields).not.toContain('Fax');
    });

    it('is cut off once the deliveries of the day are used up', async () => {
      await switchTo(sim, 'pubsub', { deliveryLimit: 2 });
      const subscriber = await subscribe(ACCOUNTS);
      saver(sim, 'rep').insert('Account', { Name: 'A' }, { Name: 'B' });
      await subscriber.next();
      await subscriber.next();
      const { body } = await callsOf(sim, 'admin').call('GET', '/limits');
      expect(body).toMatchObject({ DailyDeliveredPlatformEvents: { Max: 2, Remaining: 0 } });
      saver(sim, 'rep').insert('Account', { Name: 'C' });
      const { error } = await subscriber.next('error');
      expect(error.message).toContain('You have exceeded the event delivery limit for your org.');
      await switchTo(sim, 'clock', { advanceDays: 1 });
      expect((await (await subscribe(ACCOUNTS, 'earliest', 'admin', 2)).next()).payload['Name']).toBe('A');
    });

    it('loses its stream when the session has expired', async () => {
      const subscriber = await subscribe(ACCOUNTS);
      await switchTo(sim, 'session', { expireAll: true });
      saver(sim, 'rep').insert('Account', { Name: 'Acme' });
      const { error } = await subscriber.next('error');
      expect(error.code).toBe(16);
      expect(error.metadata.get('error-code')).toEqual(['sfdc.platform.eventbus.grpc.service.auth.error']);
    });

    it('lives through duplicates, losses, delays and broken connections that are switched on', async () => {
      const rep = saver(sim, 'rep');
      const subscriber = await subscribe(ACCOUNTS);
      await switchTo(sim, 'pubsub', { duplicate: true });
      rep.insert('Account', { Name: 'Twice' });
      const [one, two] = [await subscriber.next(), await subscriber.next()];
      expect(two.payload).toEqual(one.payload);
      expect(two.replayId).not.toBe(one.replayId);
      await switchTo(sim, 'pubsub', { duplicate: false, drop: true });
      rep.insert('Account', { Name: 'Lost' });
      await switchTo(sim, 'pubsub', { drop: false, delayMs: 5 });
      rep.insert('Account', { Name: 'Late' });
      await switchTo(sim, 'pubsub', { delayMs: 0 });
      rep.insert('Account', { Name: 'Later' });
      const late = [await subscriber.next(), await subscriber.next()];
      expect(late.map(({ payload }) => payload['Name'])).toEqual(['Late', 'Later']);
      await switchTo(sim, 'pubsub', { disconnect: 'error' });
      expect((await subscriber.next('error')).error.code).toBe(14);
    });

    it('ends when it has asked for nothing more for too long', async () => {
      await switchTo(sim, 'pubsub', { idleMs: 10 });
      const subscriber = await subscribe(ACCOUNTS, 'latest', 'admin', 1);
      saver(sim, 'rep').insert('Account', { Name: 'Acme' });
      await subscriber.next('end');
    });

    it('gets gap events with ids, overflows without, and overflows where a transaction changes too much', async () => {
      const rep = saver(sim, 'rep');
      const subscriber = await subscribe(ACCOUNTS);
      await switchTo(sim, 'pubsub', { gaps: ['Account'] });
      const [id] = rep.insert('Account', { Name: 'Acme' });
      const gap = (await subscriber.next()).payload;
      expect(gap.ChangeEventHeader).toMatchObject({ changeType: 'GAP_CREATE', recordIds: [id] });
      expect(gap['Name']).toBeNull();
      await switchTo(sim, 'pubsub', { gaps: [], overflows: ['Account'] });
      rep.update('Account', { Id: id!, Name: 'Acme 2' });
      const overflow = { changeType: 'GAP_OVERFLOW', recordIds: ['000000000000000AAA'] };
      expect((await subscriber.next()).payload.ChangeEventHeader).toMatchObject(overflow);
      await switchTo(sim, 'pubsub', { overflows: [], maxChanges: 2 });
      rep.insert('Account', { Name: 'A' }, { Name: 'B' }, { Name: 'C' }, { Name: 'D' });
      const told = [await subscriber.next(), await subscriber.next(), await subscriber.next()];
      expect(told.map(({ payload }) => payload.ChangeEventHeader['changeType'])).toEqual([
        'CREATE',
        'CREATE',
        'GAP_OVERFLOW',
      ]);
    });
  });

  describe('of a custom channel', () => {
    it('hears of every member, and of nothing that its filter on the header leaves out', async () => {
      const backend = saver(sim, 'integration');
      const rep = saver(sim, 'rep');
      const filterExpression = `ChangeEventHeader.commitUser != '${backend.userId}'`;
      select(sim, 'Billing__chn', [
        { selectedEntity: 'AccountChangeEvent', filterExpression },
        { selectedEntity: 'ContactChangeEvent', filterExpression },
      ]);
      const [id] = rep.insert('Account', { Name: 'Acme' });
      const subscriber = await subscribe(CHANNEL);
      sim.org.transaction({ userId: backend.userId }, () => rep.update('Account', { Id: id!, Name: 'Ours' }));
      rep.insert('Contact', { AccountId: id!, FirstName: 'Ada', LastName: 'Byron' });
      rep.update('Account', { Id: id!, Name: 'Theirs' });
      const contact = (await subscriber.next()).payload;
      expect(contact.ChangeEventHeader['entityName']).toBe('Contact');
      expect(contact['Name']).toMatchObject({ FirstName: 'Ada', LastName: 'Byron', Salutation: null });
      expect((await subscriber.next()).payload['Name']).toBe('Theirs');
    });

    it('always gets the fields that events are enriched with, and those of the filter, as they are now', async () => {
      const filterExpression = "Industry = 'energy'";
      select(sim, 'Billing__chn', [{ filterExpression, enrichedFields: ['AccountNumber'] }]);
      const rep = saver(sim, 'rep');
      const [energy, media] = rep.insert(
        'Account',
        { Name: 'A', Industry: 'Energy', AccountNumber: '1' },
        { Name: 'B', Industry: 'Media', AccountNumber: '2' },
      );
      const subscriber = await subscribe(CHANNEL);
      rep.update('Account', { Id: media!, Name: 'B 2' }, { Id: energy!, Name: 'A 2' });
      const { payload } = await subscriber.next();
      expect(payload).toMatchObject({ Name: 'A 2', Industry: 'Energy', AccountNumber: '1' });
      expect(payload.ChangeEventHeader.changedFields).toEqual(['Name', 'LastModifiedDate']);
    });

    it('gets merged events one by one under one replay id when they are enriched', async () => {
      select(sim, 'Billing__chn', [{ enrichedFields: ['AccountNumber'] }]);
      const rep = saver(sim, 'rep');
      const ids = rep.insert('Account', { Name: 'A', AccountNumber: '1' }, { Name: 'B', AccountNumber: '2' });
      const subscriber = await subscribe(CHANNEL);
      rep.update('Account', ...ids.map((Id) => ({ Id, Industry: 'Energy' })));
      const told = [await subscriber.next(), await subscriber.next()];
      expect(told.map(({ payload }) => [payload.ChangeEventHeader.recordIds, payload['AccountNumber']])).toEqual([
        [[ids[0]], '1'],
        [[ids[1]], '2'],
      ]);
      expect(told[0]!.replayId).toBe(told[1]!.replayId);
    });

    it('gets only the objects that it may view all records of', async () => {
      select(sim, 'Billing__chn', [{ selectedEntity: 'AccountChangeEvent' }, { selectedEntity: 'CaseChangeEvent' }]);
      const integration = sim.org.accessOf(saver(sim, 'integration').userId);
      expect([integration.viewsAllRecords('Account'), integration.viewsAllRecords('Case')]).toEqual([true, false]);
      const subscriber = await subscribe(CHANNEL, 'latest', 'integration');
      saver(sim, 'admin').insert('Case', { Subject: 'Not for you' });
      saver(sim, 'rep').insert('Account', { Name: 'Acme' });
      expect((await subscriber.next()).payload['Name']).toBe('Acme');
    });

    it('finds no topic where there is none, and no replay id of before a reset', async () => {
      expect((await (await subscribe('/data/None__chn')).next('error')).error.code).toBe(5);
      expect((await (await subscribe(ACCOUNTS)).next('error')).error.code).toBe(5);
      select(sim, 'Billing__chn', [{}]);
      saver(sim, 'rep').insert('Account', { Name: 'Acme' });
      const { replayId } = await (await subscribe(CHANNEL, 'earliest')).next();
      await switchTo(sim, 'reset', {});
      expect(sim.changes.channels.has('Billing__chn')).toBe(false);
      select(sim, 'Billing__chn', [{}]);
      expect((await (await subscribe(CHANNEL, replayId)).next('error')).error.code).toBe(3);
    });

    it('cannot publish', async () => {
      select(sim, 'Billing__chn', [{}]);
      const subscriber = await subscribe(CHANNEL);
      await expect(subscriber.client.publish(ACCOUNTS, {})).rejects.toThrow(/Failed to publish/);
    });
  });
});
