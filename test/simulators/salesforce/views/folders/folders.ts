import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MetadataFile } from '../../org/schema/metadata.ts';
import { folderAudience, type Audience } from './shares.ts';

export type FolderKind = 'Report' | 'Dashboard';
export type Folder = {
  kind: FolderKind;
  developerName: string;
  label: string;
  accessType: string;
  readonly: boolean;
  audience: Audience;
};
/** A report or dashboard file, in its folder. */
export type FolderFile = { path: string; folder: Folder; developerName: string };

const META = '-meta.xml';

function readFolder(kind: FolderKind, path: string, developerName: string): Folder {
  const file = new MetadataFile(path, `${kind}Folder`);
  file.allow(file.root, ['name', 'accessType', 'publicFolderAccess', 'folderShares', 'sharedTo']);
  if (file.list(file.root, 'sharedTo').length > 0)
    throw file.fault('<sharedTo> is of before enhanced folder sharing; <folderShares> takes its place');
  return {
    ...{ kind, developerName, label: file.need(file.root, 'name') },
    accessType: file.text(file.root, 'accessType') ?? 'Shared',
    readonly: file.text(file.root, 'publicFolderAccess') !== 'ReadWrite',
    audience: folderAudience(file),
  };
}

/**
 * Folders of reports or dashboards with the files that lie in them.
 * @throws Error that names the file
 */
export function readFolders(forceApp: string, kind: FolderKind): { folders: Folder[]; files: FolderFile[] } {
  const root = join(forceApp, `${kind.toLowerCase()}s`);
  const ending = `.${kind.toLowerCase()}${META}`;
  const folderEnding = `.${kind.toLowerCase()}Folder${META}`;
  const entries = existsSync(root) ? readdirSync(root, { withFileTypes: true }) : [];
  const folders = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(folderEnding))
    .map(({ name }) => readFolder(kind, join(root, name), name.slice(0, -folderEnding.length)));
  const files = entries
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => {
      const folder = folders.find((one) => one.developerName === name);
      const within = join(root, name);
      const names = readdirSync(within).sort();
      if (!folder && names.length > 0) throw new Error(`${join(within, names[0]!)}: Cannot find folder:${name}`);
      return names.map((file): FolderFile => {
        if (!file.endsWith(ending)) throw new Error(`${join(within, file)}: not supported by the simulated org`);
        return { path: join(within, file), folder: folder!, developerName: file.slice(0, -ending.length) };
      });
    });
  return { folders, files };
}
