import { strToU8, zipSync } from 'fflate';
import type { Connection } from 'jsforce';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunningSalesforce } from '../main.ts';
import { connect, startTestOrg } from '../testing.ts';

const xml = (type: string, body: string): Uint8Array =>
  strToU8(`<?xml version="1.0"?><${type} xmlns="http://soap.sforce.com/2006/04/metadata">${body}</${type}>`);

const types = (list: Record<string, string>): string =>
  Object.entries(list)
    .map(([name, member]) => `<types><members>${member}</members><name>${name}</name></types>`)
    .join('') + '<version>66.0</version>';

const NAMES = { PlatformEventChannel: 'Billing__chn', PlatformEventChannelMember: 'Billing_Account' };

describe('channels that are deployed', () => {
  let sim: RunningSalesforce;
  let connection: Connection;
  beforeEach(async () => {
    sim = await startTestOrg();
    connection = await connect(sim, 'admin');
    connection.metadata.pollInterval = 5;
  });
  afterEach(() => sim.close());

  async function deploy(files: Record<string, Uint8Array>) {
    const zip = Buffer.from(zipSync(files)).toString('base64');
    return connection.metadata.deploy(zip, { rollbackOnError: true, singlePackage: true }).complete(true);
  }

  const bundle = (member: string) => ({
    'package.xml': xml('Package', types(NAMES)),
    'platformEventChannels/Billing__chn.platformEventChannel': xml(
      'PlatformEventChannel',
      '<channelType>data</channelType><label>Billing</label>',
    ),
    'platformEventChannelMembers/Billing_Account.platformEventChannelMember': xml('PlatformEventChannelMember', member),
  });
  const MEMBER = '<eventChannel>Billing__chn</eventChannel><selectedEntity>AccountChangeEvent</selectedEntity>';

  it('are in force at once, and gone when they are deleted', async () => {
    expect(await deploy(bundle(`<enrichedFields><name>Industry</name></enrichedFields>${MEMBER}`))).toMatchObject({
      success: true,
    });
    expect(sim.changes.channels.selection('Billing__chn', 'Account')).toMatchObject({ enriched: ['Industry'] });
    const removed = await deploy({
      'package.xml': xml('Package', '<version>66.0</version>'),
      'destructiveChanges.xml': xml('Package', types(NAMES)),
    });
    expect(removed).toMatchObject({ success: true });
    expect(sim.changes.channels.has('Billing__chn')).toBe(false);
  });

  it('fail with what the org says of them', async () => {
    for (const [member, problem] of [
      [MEMBER.replace('AccountChangeEvent', 'Account'), 'references an invalid event in the "selectedEntity" field'],
      [MEMBER.replace('Billing__chn', 'None__chn'), 'Unable to find the specified channel'],
      [
        `<enrichedFields><name>Owner.Name</name></enrichedFields>${MEMBER}`,
        "The selected field, Owner.Name, isn't valid",
      ],
    ] as const) {
      const { success, details } = await deploy(bundle(member));
      expect(success).toBe(false);
      expect([details?.componentFailures].flat()).toEqual([
        expect.objectContaining({ problem: expect.stringContaining(problem) as string, fullName: 'Billing_Account' }),
      ]);
    }
    expect(sim.changes.channels.has('Billing__chn')).toBe(false);
  });
});
