import { basename, join } from 'node:path';
import { filesIn, MetadataFile } from './schema/metadata.ts';

/** A public group of the metadata; who is in it is data. */
export type PublicGroup = { developerName: string; name: string };

const SUFFIX = '.group-meta.xml';

/**
 * Public groups (Metadata API Developer Guide, "Group").
 * @throws Error that names the file when something in it is wrong
 */
export function readGroups(forceApp: string): PublicGroup[] {
  return filesIn(join(forceApp, 'groups')).map((path) => {
    const file = new MetadataFile(path, 'Group');
    file.allow(file.root, ['fullName', 'name', 'doesIncludeBosses', 'description']);
    return { developerName: basename(path).slice(0, -SUFFIX.length), name: file.need(file.root, 'name') };
  });
}
