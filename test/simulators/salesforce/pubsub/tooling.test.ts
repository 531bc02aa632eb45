import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSalesforceSim, type RunningSalesforce } from '../main.ts';
import { callsOf, connect, startTestOrg } from '../testing.ts';

const CHANNEL = { FullName: 'Billing__chn', Metadata: { channelType: 'data', label: 'Billing' } };
const MEMBER = {
  FullName: 'Billing_chn_AccountChangeEvent',
  Metadata: {
    eventChannel: 'Billing__chn',
    selectedEntity: 'AccountChangeEvent',
    filterExpression: "ChangeEventHeader.changeType != 'DELETE'",
    enrichedFields: [{ name: 'Industry' }],
  },
};

describe('channels over the Tooling API', () => {
  let sim: RunningSalesforce;
  beforeEach(async () => {
    sim = await startTestOrg();
  });
  afterEach(() => sim.close());

  it('are created, queried, changed and deleted by jsforce', async () => {
    const { tooling } = await connect(sim, 'admin');
    const channel = await tooling.sobject('PlatformEventChannel').create(CHANNEL);
    expect(channel).toMatchObject({ success: true, id: expect.stringMatching(/^0YL\w{15}$/) as string });
    const member = await tooling.sobject('PlatformEventChannelMember').create(MEMBER);
    const soql =
      "SELECT Id, SelectedEntity, EventChannel FROM PlatformEventChannelMember WHERE EventChannel = 'Billing__chn'";
    const { records } = await tooling.query(soql);
    expect(records).toEqual([
      expect.objectContaining({ Id: member.id, SelectedEntity: 'AccountChangeEvent', EventChannel: 'Billing__chn' }),
    ]);
    const { enrichedFields: _, ...Metadata } = MEMBER.Metadata;
    await tooling.sobject('PlatformEventChannelMember').update({ Id: member.id!, Metadata });
    expect(sim.changes.channels.selection('Billing__chn', 'Account')).toMatchObject({ enriched: [] });
    await tooling.sobject('PlatformEventChannel').destroy(channel.id!);
    expect(sim.changes.channels.isSelected('Account')).toBe(false);
  });

  it('are refused with what is wrong with them', async () => {
    const admin = callsOf(sim, 'admin');
    const create = (type: string, body: object) => admin.call('POST', `/tooling/sobjects/${type}`, body);
    const faults: [string, object, string][] = [
      ['PlatformEventChannel', {}, 'REQUIRED_FIELD_MISSING'],
      ['PlatformEventChannel', { FullName: 'X__chn', Metadata: { label: 'X' } }, 'REQUIRED_FIELD_MISSING'],
      ['PlatformEventChannel', { ...CHANNEL, Metadata: { ...CHANNEL.Metadata, isActive: true } }, 'JSON_PARSER_ERROR'],
      ['PlatformEventChannelMember', MEMBER, 'INVALID_INPUT'],
    ];
    for (const [type, body, errorCode] of faults)
      expect(await create(type, body)).toMatchObject({ status: 400, body: [{ errorCode }] });
    expect((await create('PlatformEventChannel', CHANNEL)).status).toBe(201);
    expect(await create('PlatformEventChannel', CHANNEL)).toMatchObject({
      body: [{ errorCode: 'DUPLICATE_DEVELOPER_NAME' }],
    });
    const none = '/tooling/sobjects/PlatformEventChannel/0YL000000000000AAA';
    for (const method of ['GET', 'PATCH', 'DELETE'])
      expect((await admin.call(method, none, method === 'PATCH' ? {} : undefined)).status).toBe(404);
    const rep = await callsOf(sim, 'rep').call('POST', '/tooling/sobjects/PlatformEventChannel', CHANNEL);
    expect(rep).toMatchObject({ status: 403, body: [{ errorCode: 'INSUFFICIENT_ACCESS' }] });
  });

  it('and their switches say what is wrong, and remove what they made', async () => {
    const call = async (method: string, path: string, body?: unknown) => {
      const init = { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      const response = await fetch(`${sim.url}/__sim/channels${path}`, init);
      return { status: response.status, body: (await response.json()) as unknown };
    };
    const members = [{ eventChannel: 'Billing__chn', object: 'Account' }];
    expect(await call('POST', '', { members })).toMatchObject({ status: 400, body: { errorCode: 'INVALID_INPUT' } });
    expect(await call('POST', '', { channels: [{ fullName: 'Billing__chn' }], members })).toMatchObject({
      body: { members: [{ fullName: 'Billing_chn_AccountChangeEvent', selectedEntity: 'AccountChangeEvent' }] },
    });
    expect(await call('POST', '', { maxEntities: 1, members: [{ object: 'Case' }] })).toMatchObject({ status: 400 });
    expect(await call('DELETE', '/Billing__chn')).toEqual({ status: 200, body: { removed: true } });
    expect(await call('DELETE', '/Billing__chn')).toEqual({ status: 404, body: { removed: false } });
  });

  it('and events work where nobody asked for the gRPC endpoint', async () => {
    const quiet = await startSalesforceSim();
    expect([quiet.pubsub, quiet.certificate]).toEqual([null, null]);
    const state = await (await fetch(`${quiet.url}/__sim/pubsub`)).json();
    expect(state).toMatchObject({ duplicate: false, deliveryLimit: 25_000, remaining: 25_000 });
    await quiet.close();
  });
});
