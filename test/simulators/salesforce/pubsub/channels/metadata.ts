import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MetadataFile } from '../../org/schema/metadata.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import { Channels, noChannels, type Channel, type ChannelMember } from './channels.ts';

function files(forceApp: string, folder: string, ending: string): { path: string; fullName: string }[] {
  const path = join(forceApp, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((entry) => entry.endsWith(ending))
    .sort()
    .map((entry) => ({ path: join(path, entry), fullName: entry.slice(0, -ending.length) }));
}

/** Channels and members as files of metadata, in the order in which they are saved. */
export type ChannelMetadata = {
  channels: (Channel & { path: string })[];
  members: (ChannelMember & { path: string })[];
};

/** @throws Error that names the file */
export function readChannels(forceApp: string): ChannelMetadata {
  return { channels: channelFiles(forceApp), members: memberFiles(forceApp) };
}

/**
 * Whether the org would save the channels of its metadata, as a deploy asks.
 * @throws Error that names the file, `<path>: <problem>`
 */
export function checkChannels(org: Pick<SimulatedOrg, 'objects' | 'forceApp'>): void {
  const data = noChannels();
  const trial = new Channels(
    () => data,
    () => undefined,
    { objects: () => org.objects(), schemaVersion: 0 },
  );
  trial.useMetadata(readChannels(org.forceApp));
}

function channelFiles(forceApp: string): ChannelMetadata['channels'] {
  return files(forceApp, 'platformEventChannels', '.platformEventChannel-meta.xml').map(({ path, fullName }) => {
    const file = new MetadataFile(path, 'PlatformEventChannel');
    file.allow(file.root, ['channelType', 'label']);
    const [channelType, label] = [file.need(file.root, 'channelType'), file.need(file.root, 'label')];
    return { path, fullName, channelType, label };
  });
}

function memberFiles(forceApp: string): ChannelMetadata['members'] {
  const ending = '.platformEventChannelMember-meta.xml';
  return files(forceApp, 'platformEventChannelMembers', ending).map(({ path, fullName }) => {
    const file = new MetadataFile(path, 'PlatformEventChannelMember');
    file.allow(file.root, ['enrichedFields', 'eventChannel', 'filterExpression', 'selectedEntity']);
    return {
      ...{ path, fullName },
      eventChannel: file.need(file.root, 'eventChannel'),
      selectedEntity: file.need(file.root, 'selectedEntity'),
      filterExpression: file.text(file.root, 'filterExpression'),
      enrichedFields: file.list(file.root, 'enrichedFields').map((element) => file.need(element, 'name')),
    };
  });
}
