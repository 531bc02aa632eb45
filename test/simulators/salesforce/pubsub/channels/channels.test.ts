import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimClock } from '../../../kit/clock.ts';
import { createOrg } from '../../org/org.ts';
import { USERS } from '../../org/seed.ts';
import { ChangeData } from '../changeData.ts';
import type { Channel, ChannelMember } from './channels.ts';

const FORCE_APP = join(import.meta.dirname, '../../../../../force-app/main/default');
const CHANNEL: Channel = { fullName: 'Billing__chn', label: 'Billing', channelType: 'data' };
const MEMBER: ChannelMember = {
  fullName: 'Billing_chn_AccountChangeEvent',
  eventChannel: 'Billing__chn',
  selectedEntity: 'AccountChangeEvent',
  enrichedFields: [],
};

describe('channels and their members', () => {
  let folder: string;
  let clock: SimClock;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'channels-'));
    clock = new SimClock();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function open(forceApp = FORCE_APP, stateFile?: string): ChangeData {
    return new ChangeData(createOrg({ clock, forceApp, stateFile }), {
      clock,
      stateFile: stateFile && `${stateFile}.events`,
    });
  }

  function withMember(changed: Partial<ChannelMember>): () => void {
    const { channels } = open();
    channels.saveChannel(CHANNEL);
    return () => channels.saveMember({ ...MEMBER, ...changed });
  }

  it('are refused as the org refuses them', () => {
    const { channels } = open();
    for (const fullName of ['Billing', 'Billing_chn', '1__chn', 'A b__chn'])
      expect(() => channels.saveChannel({ ...CHANNEL, fullName })).toThrow('Invalid channel name');
    expect(() => channels.saveChannel({ ...CHANNEL, channelType: 'event' })).toThrow('type data only');
    expect(() => channels.saveChannel({ ...CHANNEL, label: '' })).toThrow('Required fields are missing');
    expect(withMember({ eventChannel: 'data/ChangeEvents' })).toThrow('Unable to find the specified channel');
    for (const selectedEntity of ['Account', 'NoneChangeEvent', 'ProfileChangeEvent', 'Billing_Invoice__c'])
      expect(withMember({ selectedEntity })).toThrow('references an invalid event in the "selectedEntity" field');
    expect(withMember({ fullName: 'Account__ChangeEvent' })).toThrow('with the namespace: Account');
    expect(withMember({ fullName: 'no name' })).toThrow('Invalid fullName');
    expect(withMember({ eventChannel: 'ChangeEvents', filterExpression: "Name = 'x'" })).toThrow("isn't supported");
  });

  it('take enriched fields of the object alone, ten at most, and no formulas or long texts', () => {
    for (const name of ['Owner.Name', 'None__c', 'Description', 'Id', 'IsDeleted', 'BillingAddress'])
      expect(withMember({ enrichedFields: [name] })).toThrow(`The selected field, ${name}, isn't valid.`);
    expect(withMember({ enrichedFields: ['Industry', 'Industry'] })).toThrow('Duplicate');
    const fields = open().org.object('Account')!.fields;
    const eleven = [...fields.values()].filter(({ type }) => type === 'string' || type === 'picklist').slice(0, 11);
    expect(withMember({ enrichedFields: eleven.map(({ name }) => name) })).toThrow('at most 10');
    expect(withMember({ enrichedFields: ['Industry', 'OwnerId', 'BillingCity'] })).not.toThrow();
    const formula = open()
      .org.objects()
      .flatMap((object) => [...object.fields.values()].map((field) => ({ object, field })))
      .find(({ object, field }) => object.custom && field.formula !== undefined)!;
    expect(
      withMember({
        selectedEntity: formula.object.name.replace('__c', '__ChangeEvent'),
        enrichedFields: [formula.field.name],
      }),
    ).toThrow("isn't valid");
  });

  it('select five entities over all channels, each counted once', () => {
    const { channels } = open();
    channels.saveChannel(CHANNEL);
    const entities = ['Account', 'Contact', 'Opportunity', 'Case', 'Task'].map((name) => `${name}ChangeEvent`);
    for (const selectedEntity of entities)
      channels.saveMember({ ...MEMBER, fullName: `M_${selectedEntity}`, selectedEntity });
    channels.saveMember({ ...MEMBER, fullName: 'Account_ChangeEvent', eventChannel: 'ChangeEvents' });
    expect(() => channels.saveMember({ ...MEMBER, fullName: 'M_User', selectedEntity: 'UserChangeEvent' })).toThrow(
      'maximum number of entities',
    );
    channels.removeMember('M_TaskChangeEvent');
    channels.saveMember({ ...MEMBER, fullName: 'M_User', selectedEntity: 'UserChangeEvent' });
    expect(channels.isSelected('Task')).toBe(false);
  });

  it('are changed under their own name, selected once on a channel, and go with their channel', () => {
    const { channels } = open();
    channels.saveChannel(CHANNEL);
    channels.saveMember(MEMBER);
    channels.saveMember({ ...MEMBER, enrichedFields: ['Industry'] });
    expect(channels.selection('Billing__chn', 'Account')!.enriched).toEqual(['Industry']);
    expect(() => channels.saveMember({ ...MEMBER, fullName: 'Another' })).toThrow('duplicate value found');
    expect(() => channels.saveMember({ ...MEMBER, selectedEntity: 'CaseChangeEvent' })).toThrow("can't be changed");
    expect(channels.removeChannel('Billing__chn')).toBe(true);
    expect(channels.list()).toMatchObject({ channels: [], members: [] });
    expect([channels.removeChannel('Billing__chn'), channels.removeMember(MEMBER.fullName)]).toEqual([false, false]);
  });

  function write(file: string, root: string, body: string): void {
    const path = join(folder, 'app', file);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(
      path,
      `<?xml version="1.0"?><${root} xmlns="http://soap.sforce.com/2006/04/metadata">${body}</${root}>`,
    );
  }

  it('come from the metadata of force-app, and a wrong one names its file', () => {
    cpSync(FORCE_APP, join(folder, 'app'), { recursive: true });
    const channel = 'platformEventChannels/Billing__chn.platformEventChannel-meta.xml';
    const member = 'platformEventChannelMembers/Billing_Account.platformEventChannelMember-meta.xml';
    write(channel, 'PlatformEventChannel', '<channelType>data</channelType><label>Billing</label>');
    const parts = (entity: string): string =>
      `<enrichedFields><name>Industry</name></enrichedFields><eventChannel>Billing__chn</eventChannel>` +
      `<filterExpression>ChangeEventHeader.changeType != 'DELETE'</filterExpression><selectedEntity>${entity}</selectedEntity>`;
    write(member, 'PlatformEventChannelMember', parts('AccountChangeEvent'));
    const data = open(join(folder, 'app'));
    expect(data.channels.list().members).toEqual([
      expect.objectContaining({ fullName: 'Billing_Account', enrichedFields: ['Industry'] }),
    ]);
    data.reset();
    expect(data.channels.isSelected('Account')).toBe(true);
    data.channels.saveMember({ ...MEMBER, fullName: 'Saved', eventChannel: 'ChangeEvents' });
    data.org.useMetadata(FORCE_APP);
    expect(data.channels.list().members.map(({ fullName }) => fullName)).toEqual(['Saved']);
    data.org.useMetadata(join(folder, 'app'));
    expect(data.channels.selection('Billing__chn', 'Account')!.enriched).toEqual(['Industry']);
    write(member, 'PlatformEventChannelMember', parts('Account'));
    expect(() => open(join(folder, 'app'))).toThrow(/Billing_Account.*invalid event/);
    write(member, 'PlatformEventChannelMember', `${parts('AccountChangeEvent')}<isActive>true</isActive>`);
    expect(() => open(join(folder, 'app'))).toThrow(/<isActive>/);
  });

  it('and their events outlast a restart: ids of before are good, and order goes on', () => {
    const stateFile = join(folder, 'state.json');
    const first = open(FORCE_APP, stateFile);
    first.channels.saveChannel(CHANNEL);
    first.channels.saveMember(MEMBER);
    const userId = first.org.userNamed(USERS.rep)!.Id;
    first.org.insert('Account', [{ Name: 'A' }], { userId });
    const [entry] = first.log.after(null);
    first.usage.add(3);
    first.close();
    first.org.close();
    const second = open(FORCE_APP, stateFile);
    expect(second.usage.remaining()).toBe(24_997);
    second.org.insert('Account', [{ Name: 'B' }], { userId });
    const [after] = second.log.after(entry!.replay);
    expect(after!.event!.values['Name']).toBe('B');
    expect(BigInt(after!.event!.commitNumber)).toBeGreaterThan(BigInt(entry!.event!.commitNumber));
  });

  it('count deliveries of the last 24 hours', () => {
    const { usage } = open();
    usage.add(10);
    clock.setOffset(12 * 3_600_000);
    usage.add(5);
    expect(usage.remaining()).toBe(24_985);
    clock.setOffset(25 * 3_600_000);
    expect(usage.remaining()).toBe(24_995);
  });
});
