import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MetadataFolder, onField } from '../simulators/salesforce/org/testing/metadataFolder.ts';

/** A field that an admin made beside the package. */
export type AdminField = {
  object: string;
  name: string;
  /** As in metadata: Text, Number, Currency, Picklist, … */
  type: string;
  /** Elements besides name, label and type. */
  more?: string;
  /** What the integration user may do with it; it edits it when absent. */
  access?: 'edit' | 'read' | 'none';
};

/** @returns elements of a picklist that takes no other values */
export const restricted = (...values: string[]): string =>
  `<valueSet><restricted>true</restricted><valueSetDefinition><sorted>false</sorted>${values
    .map((value) => `<value><fullName>${value}</fullName><default>false</default><label>${value}</label></value>`)
    .join('')}</valueSetDefinition></valueSet>`;

/** The package with fields of an admin, which the integration user was granted. `remove` deletes the folder. */
export function packageWith(fields: readonly AdminField[]): MetadataFolder {
  const folder = new MetadataFolder();
  for (const { object, name, type, more = '' } of fields) folder.field(object, name, type, more);
  const path = join(folder.path, 'permissionsets/Integration_Write.permissionset-meta.xml');
  const grants = fields
    .filter(({ access = 'edit' }) => access !== 'none')
    .map(({ object, name, access = 'edit' }) => onField(`${object}.${name}`, access === 'edit'))
    .join('');
  writeFileSync(path, readFileSync(path, 'utf8').replace('<fieldPermissions>', `${grants}<fieldPermissions>`));
  return folder;
}
