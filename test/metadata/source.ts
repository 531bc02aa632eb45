import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const SOURCE = join(ROOT, 'force-app/main/default');
export const LWC = join(SOURCE, 'lwc');

type Project = { sourceApiVersion: string };
export const API_VERSION = (JSON.parse(readFileSync(join(ROOT, 'sfdx-project.json'), 'utf8')) as Project)
  .sourceApiVersion;

/** Names of the bundles. */
export function bundles(): string[] {
  return readdirSync(LWC, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(LWC, entry.name, `${entry.name}.js-meta.xml`)))
    .map((entry) => entry.name);
}

/** Every file under the package, relative to its root. */
export function packageFiles(): string[] {
  return readdirSync(join(ROOT, 'force-app'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}
