import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';

const require = createRequire(import.meta.url);

/** Every file under a folder, sorted; tests and hidden files are no input of a build. */
export function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  if (statSync(folder).isFile()) return [folder];
  return readdirSync(folder)
    .sort()
    .filter((name) => name !== '__tests__' && !name.startsWith('.'))
    .flatMap((name) => filesUnder(join(folder, name)));
}

/** Hash over names and contents of files and over plain values; 16 hex digits. */
export function inputHash(root: string, folders: readonly string[], values: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of folders.flatMap(filesUnder)) {
    hash.update(`${relative(root, file)}\0`);
    hash.update(readFileSync(file));
  }
  for (const value of values) hash.update(`\0${value}`);
  return hash.digest('hex').slice(0, 16);
}

/** Folder of an installed package. */
export function packageFolder(name: string): string {
  const found = (require.resolve.paths(name) ?? [])
    .map((path) => join(path, name))
    .find((path) => existsSync(join(path, 'package.json')));
  if (found === undefined) throw new Error(`The package ${name} is not installed`);
  return found;
}

/** `name@version` of installed packages. */
export function packageVersions(names: readonly string[]): string[] {
  return names.map((name) => {
    const file = readFileSync(join(packageFolder(name), 'package.json'), 'utf8');
    return `${name}@${(JSON.parse(file) as { version: string }).version}`;
  });
}
