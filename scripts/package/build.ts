import { stripTypeScriptTypes } from 'node:module';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** What a package version is made of beside the metadata itself. */
const FILES = ['sfdx-project.json', '.forceignore', 'config/project-scratch-def.json'];
const FOLDERS = ['force-app', 'unpackaged'];

type Project = { defaultLwcLanguage?: string };

const isTest = (path: string): boolean => basename(path) === '__tests__' || basename(path) === 'tsconfig.json';

/**
 * Copies the package into a folder of its own, with bundles in JavaScript: types are blanked out, so that lines and
 * columns stay, and decorators stay as they are. An org whose release takes no TypeScript takes this.
 * @returns the folder
 * @throws Error when `out` holds something else
 */
export function buildPackage({ root, out }: { root: string; out: string }): string {
  const isBuilt = existsSync(join(out, 'sfdx-project.json')) && !existsSync(join(out, 'package.json'));
  if (existsSync(out) && readdirSync(out).length > 0 && !isBuilt)
    throw new Error(`${out} holds something else than a package that was built before: choose an empty folder.`);
  rmSync(out, { recursive: true, force: true });
  for (const folder of FOLDERS)
    if (existsSync(join(root, folder)))
      cpSync(join(root, folder), join(out, folder), { recursive: true, filter: (path) => !isTest(path) });
  for (const file of FILES) {
    mkdirSync(dirname(join(out, file)), { recursive: true });
    cpSync(join(root, file), join(out, file));
  }
  const project = JSON.parse(readFileSync(join(out, 'sfdx-project.json'), 'utf8')) as Project;
  delete project.defaultLwcLanguage;
  writeFileSync(join(out, 'sfdx-project.json'), `${JSON.stringify(project, null, 2)}\n`);
  const lwc = join(out, 'force-app/main/default/lwc');
  for (const entry of readdirSync(lwc, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
    const path = join(entry.parentPath, entry.name);
    writeFileSync(path.replace(/\.ts$/, '.js'), stripTypeScriptTypes(readFileSync(path, 'utf8')));
    rmSync(path);
  }
  return out;
}
