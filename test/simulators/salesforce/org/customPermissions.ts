import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ENDING = '.customPermission-meta.xml';

/** Names of the custom permissions of a package. */
export function customPermissionsOf(forceApp: string): string[] {
  const folder = join(forceApp, 'customPermissions');
  const files = existsSync(folder) ? readdirSync(folder).sort() : [];
  return files.filter((file) => file.endsWith(ENDING)).map((file) => file.slice(0, -ENDING.length));
}
