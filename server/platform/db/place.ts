import { randomUUID } from 'node:crypto';
import { chownSync, lstatSync, mkdirSync, readlinkSync, realpathSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

/** User and group that Postgres runs as; null for those of this process. */
export type RunAs = { uid: number; gid: number } | null;

/** Postgres refuses to run as root; this is `nobody` on every Linux. */
const NOBODY = 65534;

export class EmbeddedPostgresError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmbeddedPostgresError';
  }
}

/** True when the user may pass through every folder on the way to `path` (a folder or file that exists). */
export function canReach(path: string, who: RunAs): boolean {
  if (who === null) return true;
  for (let folder = dirname(realpathSync(path)); ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const bit = uid === who.uid ? 0o100 : gid === who.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * A folder for what the unprivileged user has to reach when the clone lies where it may not go: /var/lib/billing-360, or
 * a folder below the system's temporary one when the data is temporary too or /var/lib cannot be written.
 */
export function reachableBase(dataDir: string): string {
  const temporary = join(tmpdir(), 'billing-360');
  const inTemporary = !relative(realpathSync(tmpdir()), realpathSync(dataDir)).startsWith('..');
  for (const base of inTemporary ? [temporary] : ['/var/lib/billing-360', temporary]) {
    try {
      mkdirSync(base, { recursive: true, mode: 0o755 });
    } catch {
      continue;
    }
    const { uid, mode } = lstatSync(base);
    if (uid === process.getuid?.() && (mode & 0o022) === 0) return base;
  }
  throw new EmbeddedPostgresError(
    'Started as root from a folder that other users cannot enter, and there is no other place for the database. Set DATA_DIR to a folder that they can enter, or DATABASE_URL to a database of your own.',
  );
}

/**
 * Finds or makes the folder of the embedded database, `<dataDir>/postgres`. As root, in a folder where the unprivileged
 * user cannot go, that is a link to a folder made for it elsewhere: the link alone says which, so deleting `dataDir`
 * starts anew and moving it keeps the data.
 * @returns the real folder and the user to run Postgres as
 */
export function placeFor(dataDir: string): { place: string; runAs: RunAs } {
  mkdirSync(dataDir, { recursive: true });
  const wanted = join(dataDir, 'postgres');
  const asRoot = process.getuid?.() === 0;
  if (exists(wanted)) {
    const place = lstatSync(wanted).isSymbolicLink() ? resolve(dataDir, readlinkSync(wanted)) : wanted;
    if (!exists(place)) mkdirSync(place, { recursive: true, mode: 0o700 });
    const owner = statSync(place);
    const runAs = asRoot ? { uid: owner.uid || NOBODY, gid: owner.uid === 0 ? NOBODY : owner.gid } : null;
    if (runAs !== null && owner.uid === 0) chownSync(place, runAs.uid, runAs.gid);
    if (runAs !== null && !canReach(place, runAs))
      throw new EmbeddedPostgresError(
        `The database in ${place} belongs to user ${runAs.uid}, who can no longer enter the folders above it. Give that user access, or move the data away to start anew.`,
      );
    return { place: realpathSync(place), runAs };
  }
  if (!asRoot) {
    mkdirSync(wanted, { mode: 0o700 });
    return { place: realpathSync(wanted), runAs: null };
  }
  const runAs = { uid: NOBODY, gid: NOBODY };
  if (canReach(join(dataDir, '.'), runAs) && (statSync(dataDir).mode & 0o001) !== 0) {
    mkdirSync(wanted, { mode: 0o700 });
    chownSync(wanted, runAs.uid, runAs.gid);
    return { place: realpathSync(wanted), runAs };
  }
  const place = join(reachableBase(dataDir), `postgres-${randomUUID()}`);
  mkdirSync(place, { mode: 0o700 });
  chownSync(place, runAs.uid, runAs.gid);
  symlinkSync(place, wanted);
  return { place: realpathSync(place), runAs };
}
