import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildAppBundles, CLIENT } from './appBundles.ts';
import { buildBaseLibrary } from './baseLibrary.ts';
import { inputHash, packageVersions } from './inputHash.ts';
import { alone } from './lock.ts';
import { keep, kept, prune, type Kept } from './output.ts';

export type HostOptions = {
  /** Source folder of the package, `force-app/main/default`. */
  forceApp: string;
  /** Kept between runs, `.cache/lightning-host`. */
  cacheDir: string;
  /** Told in plain words before each slow step. */
  onProgress?: (message: string) => void;
};

/** `dir` holds the folders of `host.base` and `host.app` with the files of each; `cached` when nothing was built. */
export type BuiltHost = { dir: string; cached: boolean; base: Kept; app: Kept };

const PACKAGES = ['lwc', 'lightning-base-components', 'rollup', '@lwc/rollup-plugin', '@salesforce-ux/design-system-2'];

/**
 * Builds what the browser needs for Lightning pages, or finds it from an earlier run. Two steps, since they change at
 * different times: the platform (about 20 s, by package versions and components used) and our bundles (about 1 s).
 * @throws Error that names the file of force-app that is wrong
 */
export async function buildLightningHost(options: HostOptions): Promise<BuiltHost> {
  const { forceApp, cacheDir, onProgress = () => {} } = options;
  mkdirSync(cacheDir, { recursive: true });
  const packages = packageVersions(PACKAGES);
  const sources = ['lwc', 'labels', 'objects', 'customPermissions'].map((folder) => join(forceApp, folder));
  const schema = join(import.meta.dirname, '..', '..', 'org', 'schema');
  const appKey = inputHash(forceApp, [...sources, CLIENT, import.meta.dirname, schema], packages);
  const how = inputHash(import.meta.dirname, [join(import.meta.dirname, 'baseLibrary.ts')], packages);
  const earlier = (): BuiltHost | null => {
    const app = kept(cacheDir, `app-${appKey}`);
    const base = app && baseWith(cacheDir, how, app.platform);
    return base && { dir: cacheDir, cached: true, base, app };
  };
  const build = async (): Promise<BuiltHost> => {
    onProgress('Building the Lightning web components');
    const made = await buildAppBundles(forceApp);
    let base = baseWith(cacheDir, how, made.platform);
    if (!base) {
      onProgress('Building the Lightning base components (once, about 20 seconds)');
      const folder = `base-${how}-${inputHash(cacheDir, [], made.platform)}`;
      base = keep(cacheDir, folder, await buildBaseLibrary(made.platform));
    }
    const app = keep(cacheDir, `app-${appKey}`, made);
    prune(cacheDir);
    return { dir: cacheDir, cached: false, base, app };
  };
  return earlier() ?? alone(cacheDir, async () => earlier() ?? build());
}

/** A platform built before the same way that holds at least these modules. */
function baseWith(cacheDir: string, how: string, modules: readonly string[]): Kept | null {
  const candidates = readdirSync(cacheDir).filter(
    (name) => name.startsWith(`base-${how}-`) && !name.endsWith('.draft'),
  );
  for (const name of candidates.sort()) {
    const base = kept(cacheDir, name);
    if (base && modules.every((id) => id in base.modules)) return base;
  }
  return null;
}
