import lwc from '@lwc/rollup-plugin';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { rollup, type GetManualChunk, type Plugin, type RollupLog } from 'rollup';
import { customPermissionsOf } from '../../org/customPermissions.ts';
import { readLabels } from '../../org/labels.ts';
import { compileSchema } from '../../org/schema/compile.ts';
import { isPlatformModule } from './baseLibrary.ts';
import { packageFolder } from './inputHash.ts';
import type { Produced } from './output.ts';
import { scopedModules } from './scopedModules.ts';

export const CLIENT = join(import.meta.dirname, '..', 'client');
const SHIMS = join(CLIENT, 'shims');

/** Names of the bundles that are components, those with a template. */
function componentNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, `${name}.html`)))
    .sort();
}

/** Platform modules whose data part is ours, since the real ones only run inside Salesforce. */
function platformShims(): Plugin {
  const base = join(packageFolder('lightning-base-components'), 'src');
  return {
    name: 'platform-shims',
    resolveId(id, importer) {
      if (!isPlatformModule(id)) return null;
      const [, name] = /^lightning\/(\w+)$/.exec(id) ?? [];
      if (name === undefined) return { id, external: true };
      const shim = join(SHIMS, `${name}.ts`);
      if (existsSync(shim)) return shim;
      // Components of our own are found by the LWC compiler.
      if (existsSync(join(CLIENT, 'lwc', id))) return null;
      if (!existsSync(join(base, id)))
        this.error(`${importer}: ${id} is neither a base component nor supported by the simulated org`);
      return { id, external: true };
    },
  };
}

const stripTypes: Plugin = {
  name: 'strip-types',
  transform(code, id) {
    if (!id.endsWith('.ts')) return null;
    try {
      return { code: stripTypeScriptTypes(code), map: null };
    } catch (error) {
      return this.error(`${id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  },
};

/** In no file; its place tells the compiler where to look for a configuration, wherever the build was started. */
const COMPONENTS = join(CLIENT, 'host-components.ts');

/** One lazy import a bundle, so that one that throws while loading leaves the rest of the page alone. */
function hostComponents(names: readonly string[]): Plugin {
  return {
    name: 'host-components',
    resolveId: (id) => (id === 'host/components' ? COMPONENTS : null),
    load: (id) =>
      id === COMPONENTS
        ? `export default {${names.map((name) => `"${name}": () => import("${name.replace(':', '/')}")`).join(',')}};`
        : null,
  };
}

/** What a bundle declares that loads others when they are needed. */
const CAPABILITY = /<capability>\s*lightning__dynamicComponent\s*<\/capability>/;

/**
 * Bundles that load others when they are needed (LWC guide, "Dynamically Instantiate Components"): one that declares it not
 * is refused, and a page without Lightning Web Security loads none.
 *
 * @param folder of the bundles
 */
function dynamicComponents(folder: string): Plugin {
  const declares = (id: string): boolean => {
    const name = relative(folder, id).split(sep)[0]!;
    return CAPABILITY.test(readFileSync(join(folder, name, `${name}.js-meta.xml`), 'utf8'));
  };
  return {
    name: 'dynamic-components',
    transform(code, id) {
      if (id.startsWith(folder) && id.endsWith('.html') && code.includes('<lwc:component') && !declares(id))
        this.error(`${id}: lwc:component needs the capability lightning__dynamicComponent`);
    },
    resolveDynamicImport(_, importer) {
      if (importer.startsWith(folder) && !declares(importer))
        this.error(`${importer}: import() needs the capability lightning__dynamicComponent`);
      return null;
    },
    renderDynamicImport: ({ moduleId }) =>
      moduleId.startsWith(folder) ? { left: 'window.loadComponent(', right: ', import.meta.url)' } : null,
  };
}

/** Which bundles stand on a page at once: those that pages may name, and what they import. */
function atOnce(folder: string, { getModuleInfo, getModuleIds }: Parameters<GetManualChunk>[1]): ReadonlySet<string> {
  const found = new Set<string>();
  const reach = (id: string): void => {
    if (found.has(id) || !id.startsWith(folder)) return;
    found.add(id);
    for (const other of getModuleInfo(id)?.importedIds ?? []) reach(other);
  };
  for (const id of getModuleIds()) {
    const name = relative(folder, id).split(sep)[0]!;
    if (id.startsWith(folder) && isExposed(join(folder, name, `${name}.js-meta.xml`))) reach(id);
  }
  return found;
}

const isExposed = (configuration: string): boolean =>
  /<isExposed>\s*true\s*<\/isExposed>/.test(readFileSync(configuration, 'utf8'));

/** Message of a failure with the file and line that it is about. */
function placed(error: unknown): string {
  const { message, id, loc, location } = error as RollupLog & { location?: { line: number } };
  const line = loc?.line ?? location?.line;
  const file = loc?.file ?? id;
  if (file === undefined || message.includes(file)) return message;
  return `${file}${line === undefined ? '' : `:${line}`}: ${message}`;
}

/**
 * The bundles of `forceApp` (a folder in the format of `force-app/main/default`) with the client of the page, platform
 * modules left out. Takes about a second.
 * @throws Error that names the file on an unknown object, field, label or module and on any warning of the compiler
 */
export async function buildAppBundles(forceApp: string): Promise<Produced> {
  const staged = mkdtempSync(join(tmpdir(), 'lightning-host-'));
  try {
    // The compiler takes a component's namespace from the folder above it: `c`, not `lwc`.
    if (existsSync(join(forceApp, 'lwc'))) symlinkSync(resolve(forceApp, 'lwc'), join(staged, 'c'), 'junction');
    else mkdirSync(join(staged, 'c'));
    // The compiler looks upwards for a configuration.
    writeFileSync(join(staged, 'package.json'), JSON.stringify({ name: 'staged', lwc: { modules: [] } }));
    const inForceApp = (text: string) => text.replaceAll(join(staged, 'c'), join(forceApp, 'lwc'));
    try {
      return await bundle(forceApp, staged);
    } catch (error) {
      throw new Error(inForceApp(placed(error)), { cause: error });
    }
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
}

async function bundle(forceApp: string, staged: string): Promise<Produced> {
  const folders = { force: join(CLIENT, 'lwc', 'force'), c: join(staged, 'c') };
  const refused = (warning: RollupLog): never => {
    throw new Error(placed(warning));
  };
  const build = await rollup({
    input: { main: join(CLIENT, 'main.ts') },
    preserveSymlinks: true,
    onwarn: refused,
    plugins: [
      hostComponents(
        Object.entries(folders).flatMap(([space, folder]) => componentNames(folder).map((name) => `${space}:${name}`)),
      ),
      platformShims(),
      dynamicComponents(folders.c),
      scopedModules(
        compileSchema(forceApp),
        readLabels(forceApp),
        new Set(customPermissionsOf(forceApp)),
        join(CLIENT, 'pageConfig.ts'),
      ),
      stripTypes,
      lwc({
        rootDir: staged,
        exclude: [join(CLIENT, '*.ts'), join(SHIMS, '*.ts'), '\0*'],
        modules: [{ dir: join(CLIENT, 'lwc') }],
        defaultModules: [],
        enableDynamicComponents: true,
        apiVersion: 66,
      }),
    ],
  });
  let first: ReadonlySet<string> | undefined;
  const { output } = await build.generate({
    format: 'esm',
    entryFileNames: '[name]-[hash].js',
    chunkFileNames: '[name]-[hash].js',
    manualChunks: (id, graph) => {
      if (!id.startsWith(folders.c)) return id.startsWith(CLIENT) || id.startsWith('\0') ? 'main' : null;
      first ??= atOnce(folders.c, graph);
      return first.has(id) ? 'bundles' : null;
    },
  });
  await build.close();
  const chunks = output.filter((file) => file.type === 'chunk');
  const outside = chunks.flatMap((chunk) => [...chunk.imports, ...chunk.dynamicImports]);
  return {
    files: new Map([
      ...chunks.map((chunk): [string, string] => [chunk.fileName, chunk.code]),
      ['host.css', readFileSync(join(CLIENT, 'host.css'), 'utf8')],
    ]),
    modules: { main: chunks.find((chunk) => chunk.isEntry)!.fileName },
    preload: chunks.filter(({ name }) => ['main', 'bundles'].includes(name)).map((chunk) => chunk.fileName),
    platform: [...new Set(outside.filter(isPlatformModule))].sort(),
  };
}
