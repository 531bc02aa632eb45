import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MetadataFile } from '../../org/schema/metadata.ts';
import type { Channel, ChannelMember } from './channels.ts';

function files(forceApp: string, folder: string, ending: string): { path: string; fullName: string }[] {
  const path = join(forceApp, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((entry) => entry.endsWith(ending))
    .sort()
    .map((entry) => ({ path: join(path, entry), fullName: entry.slice(0, -ending.length) }));
}

/** @throws Error that names the file */
export function readChannels(forceApp: string): Channel[] {
  return files(forceApp, 'platformEventChannels', '.platformEventChannel-meta.xml').map(({ path, fullName }) => {
    const file = new MetadataFile(path, 'PlatformEventChannel');
    file.allow(file.root, ['channelType', 'label']);
    const [channelType, label] = [file.need(file.root, 'channelType'), file.need(file.root, 'label')];
    return { fullName, channelType, label };
  });
}

/** @throws Error that names the file */
export function readMembers(forceApp: string): ChannelMember[] {
  const ending = '.platformEventChannelMember-meta.xml';
  return files(forceApp, 'platformEventChannelMembers', ending).map(({ path, fullName }) => {
    const file = new MetadataFile(path, 'PlatformEventChannelMember');
    file.allow(file.root, ['enrichedFields', 'eventChannel', 'filterExpression', 'selectedEntity']);
    return {
      fullName,
      eventChannel: file.need(file.root, 'eventChannel'),
      selectedEntity: file.need(file.root, 'selectedEntity'),
      filterExpression: file.text(file.root, 'filterExpression'),
      enrichedFields: file.list(file.root, 'enrichedFields').map((element) => file.need(element, 'name')),
    };
  });
}
