import lwc from '@lwc/rollup-plugin';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { transform } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rollup, type Plugin } from 'rollup';
import type { Produced } from './output.ts';
import { packageFolder } from './inputHash.ts';

/** Modules that our bundles import and that belong to the platform, not to us. */
export const isPlatformModule = (id: string): boolean => /^(lwc$|@lwc\/|lightning\/)/.test(id);

/** The base components ask for these at run time; no browser knows them. */
const buildFlags: Plugin = {
  name: 'build-flags',
  transform: (code) =>
    /import\.meta\.env\.SSR|process\.env\.NODE_ENV/.test(code)
      ? code.replaceAll('import.meta.env.SSR', 'false').replaceAll('process.env.NODE_ENV', '"production"')
      : null,
};

/** Switches of the base components that only work in native shadow, while record pages use the synthetic one. */
const NATIVE_ONLY = '@salesforce/gate/bc.260.enableComboboxElementInternals';
const closedGates: Plugin = {
  name: 'closed-gates',
  resolveId: (id) => (id === NATIVE_ONLY ? `\0${id}` : null),
  load: (id) => (id === `\0${NATIVE_ONLY}` ? 'export default { isOpen: () => false };' : null),
};

/** Names given as entries are found as if a base component imported them: one engine, not two. */
const entries: Plugin = {
  name: 'entries',
  resolveId(id, importer) {
    if (importer !== undefined) return null;
    return this.resolve(id, join(packageFolder('lightning-base-components'), 'package.json'), { isEntry: true });
  },
};

const minify: Plugin = {
  name: 'minify',
  async renderChunk(code) {
    return (await transform(code, { minify: true, format: 'esm', target: 'es2022' })).code;
  },
};

/** SLDS in one of its themes. Its few pictures are not part of the package, so their references are taken out. */
async function styleSheet(theme: 'cosmos' | 'lightning-blue'): Promise<string> {
  const path = join(packageFolder('@salesforce-ux/design-system-2'), `dist/css/bundled/slds2.${theme}.css`);
  const css = readFileSync(path, 'utf8').replaceAll(/url\('\.\.\/\.\.\/public\/[^']*'\)/g, 'none');
  return (await transform(css, { loader: 'css', minify: true, logLevel: 'silent' })).code;
}

/** What nearly every bundle uses is always there, so that a first use does not mean a new build. */
const COMMON = [
  ...['badge', 'button', 'buttonIcon', 'card', 'formattedDateTime', 'formattedNumber', 'formattedText', 'formattedUrl'],
  ...['helptext', 'icon', 'spinner'],
].map((name) => `lightning/${name}`);

const fileStem = (id: string): string => id.replaceAll(/[^a-zA-Z0-9]+/g, '-').replace(/^-/, '');

/**
 * The platform as ES modules: the LWC engine, synthetic shadow, the named base components, and SLDS. Takes about 20 s.
 * `modules` of the answer maps import names to files.
 */
export async function buildBaseLibrary(ids: readonly string[]): Promise<Produced> {
  const modules = [...new Set(['@lwc/synthetic-shadow', 'lwc', ...COMMON, ...ids])];
  const build = await rollup({
    input: Object.fromEntries(modules.map((id) => [fileStem(id), id])),
    preserveEntrySignatures: 'strict',
    // The base components' own sources compile with some twenty harmless warnings.
    onwarn() {},
    plugins: [
      entries,
      closedGates,
      buildFlags,
      lwc({
        enableDynamicComponents: true,
        rootDir: packageFolder('lightning-base-components'),
        modules: [{ npm: 'lightning-base-components' }],
      }),
      nodeResolve(),
    ],
  });
  const { output } = await build.generate({
    format: 'esm',
    entryFileNames: '[name]-[hash].js',
    chunkFileNames: '[name]-[hash].js',
    // One file for what all share keeps a page at a few requests; synthetic shadow must run before anything else.
    manualChunks: (id) => (/synthetic-shadow|iconSvgTemplates/.test(id) ? null : 'base'),
    plugins: [minify],
  });
  await build.close();
  const chunks = output.filter((file) => file.type === 'chunk');
  return {
    files: new Map<string, string>([
      ...chunks.map((chunk): [string, string] => [chunk.fileName, chunk.code]),
      ['slds.css', await styleSheet('cosmos')],
      // The look of SLDS 1, which knows no dark.
      ['slds-classic.css', await styleSheet('lightning-blue')],
    ]),
    modules: Object.fromEntries(
      modules.map((id) => [id, chunks.find((chunk) => chunk.isEntry && chunk.name === fileStem(id))!.fileName]),
    ),
    platform: [],
    preload: chunks.filter((chunk) => chunk.name === 'base').map((chunk) => chunk.fileName),
  };
}
