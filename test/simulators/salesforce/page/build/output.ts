import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** What one build step makes. */
export type Produced = {
  files: ReadonlyMap<string, string>;
  /** File by import name or entry name. */
  modules: Record<string, string>;
  /** Files that a page needs at once. */
  preload: string[];
  /** Platform modules that this step leaves for the other one. */
  platform: string[];
};

/** What stays of a step on disk, beside its files. */
export type Kept = Omit<Produced, 'files'> & { folder: string };

const KEEP_UNUSED_DAYS = 7;

/** A step made before, or null. Being asked for keeps it from being pruned. */
export function kept(cacheDir: string, folder: string): Kept | null {
  const manifest = join(cacheDir, folder, 'manifest.json');
  if (!existsSync(manifest)) return null;
  const now = new Date();
  utimesSync(join(cacheDir, folder), now, now);
  return JSON.parse(readFileSync(manifest, 'utf8')) as Kept;
}

/** Writes a step whole or not at all; when another process was faster, its result is used. */
export function keep(cacheDir: string, folder: string, produced: Produced): Kept {
  const target = join(cacheDir, folder);
  const draft = `${target}.${process.pid}.draft`;
  mkdirSync(draft, { recursive: true });
  for (const [name, code] of produced.files) writeFileSync(join(draft, name), code);
  const { modules, preload, platform } = produced;
  const result: Kept = { modules, preload, platform, folder };
  writeFileSync(join(draft, 'manifest.json'), JSON.stringify(result));
  try {
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    const other = kept(cacheDir, folder);
    if (!other) throw error;
    return other;
  }
  return result;
}

/** Removes steps that nobody used for a week. */
export function prune(cacheDir: string): void {
  const limit = Date.now() - KEEP_UNUSED_DAYS * 86_400_000;
  for (const name of readdirSync(cacheDir)) {
    const path = join(cacheDir, name);
    if (/^(app|base)-/.test(name) && statSync(path).mtimeMs < limit) rmSync(path, { recursive: true, force: true });
  }
}
