import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

const root = resolve(import.meta.dirname, '../..');
const fixture = join(root, 'test/fixtures/previous-build');
const migrations = join(root, 'server/platform/db/migrations');

type Build = { commit: string; migrations: { file: string; sha256: string }[] };

/**
 * Unpacks the server of the previous release, kept bundled in test/fixtures, with the migrations that it knows. The
 * packages that it uses are those of this work tree.
 * @returns path of its main file
 * @throws Error when a migration of the previous release has been changed since
 */
export function previousBuild(): string {
  const { commit, migrations: known } = JSON.parse(readFileSync(join(fixture, 'build.json'), 'utf8')) as Build;
  const folder = join(root, '.cache/previous-build', commit);
  mkdirSync(join(folder, 'migrations'), { recursive: true });
  for (const { file, sha256 } of known) {
    const actual = createHash('sha256')
      .update(readFileSync(join(migrations, file)))
      .digest('hex');
    if (actual !== sha256) throw new Error(`${file} was changed after it was released; write another migration.`);
    cpSync(join(migrations, file), join(folder, 'migrations', file));
  }
  const main = join(folder, 'server.mjs');
  writeFileSync(main, gunzipSync(readFileSync(join(fixture, 'server.mjs.gz'))));
  return main;
}
