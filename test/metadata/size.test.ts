import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import lwc from '@lwc/rollup-plugin';
import { transform as minify } from 'esbuild';
import { rollup, type Plugin } from 'rollup';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { API_VERSION, bundles, LWC } from './source.ts';

/** What a bundle is when it reaches a browser. */
type Shipped = { bytes: number; imports: string[]; later: string[] };

const shipped = new Map<string, Shipped>();
let staged: string;

/** What belongs to the platform or to another bundle is a module of its own, as an org serves it. */
const isOutside = (id: string): boolean => /^(lwc$|@lwc\/|lightning\/|@salesforce\/|c\/)/.test(id);
const stripTypes: Plugin = {
  name: 'strip-types',
  transform: (code, id) => (id.endsWith('.ts') ? { code: stripTypeScriptTypes(code), map: null } : null),
};

/** A bundle as one module: its scripts, template, styles and texts of queries, by the platform's compiler, minified. */
async function ship(bundle: string): Promise<Shipped> {
  const file = ['ts', 'css'].map((ending) => join(staged, 'c', bundle, `${bundle}.${ending}`)).find(existsSync)!;
  const build = await rollup({
    input: file,
    preserveSymlinks: true,
    external: (id) => isOutside(id) && id !== `c/${bundle}`,
    plugins: [
      stripTypes,
      lwc({
        rootDir: staged,
        defaultModules: [],
        enableDynamicComponents: true,
        apiVersion: Math.floor(Number(API_VERSION)),
      }),
    ],
  });
  const { output } = await build.generate({ format: 'esm' });
  await build.close();
  const { code } = await minify(output[0].code, { minify: true });
  const named = (ids: readonly string[]) =>
    ids.flatMap((id) => /^c\/(\w+)$/.exec(id)?.[1] ?? []).filter((name) => name !== bundle);
  return {
    bytes: Buffer.byteLength(code),
    imports: named(output[0].imports),
    later: named(output[0].dynamicImports),
  };
}

/** Bundles that come with some of them, themselves first; with those that are loaded later where `all` is said. */
function reach(names: readonly string[], all = false, found = new Set<string>()): Set<string> {
  for (const name of names) {
    if (found.has(name)) continue;
    found.add(name);
    const { imports, later } = shipped.get(name)!;
    reach(all ? [...imports, ...later] : imports, all, found);
  }
  return found;
}

const bytesOf = (names: Iterable<string>): number =>
  [...names].reduce((sum, name) => sum + shipped.get(name)!.bytes, 0);

beforeAll(async () => {
  staged = mkdtempSync(join(tmpdir(), 'bundles-'));
  // The compiler takes a component's namespace from the folder above it, and looks upwards for a configuration.
  symlinkSync(LWC, join(staged, 'c'), 'junction');
  writeFileSync(join(staged, 'package.json'), JSON.stringify({ name: 'staged', lwc: { modules: [] } }));
  for (const bundle of bundles()) shipped.set(bundle, await ship(bundle));
});
afterAll(() => rmSync(staged, { recursive: true, force: true }));

/** What a page loads before somebody opens anything, in every situation: at most the 60 kB that were asked for. */
const ACCOUNT = ['billing360', 'billingSubscriptions'];
test.each([
  ['an Account page whose panel is compact', ['billing360']],
  ['an Account page, with the list whose tab is open at first', ACCOUNT],
  ['an Account page in dunning', [...ACCOUNT, 'billingDunning']],
  ['a Case page', ['billingCase']],
  ['an Opportunity page', ['billingOpportunity']],
  ['an Opportunity page with an order', ['billingOpportunity', 'billingOrder']],
])('%s loads less than 60 kB of bundles, minified', (_what, names) => {
  expect(bytesOf(reach(names))).toBeLessThan(60_000);
});

test('what the Account page loads later is not there at first', () => {
  const first = reach(ACCOUNT);
  const all = reach(['billing360'], true);
  const lists = ['billingInvoices', 'billingPayments', 'billingUsage', 'billingTimeline'];
  for (const later of [...lists, 'billingActionModal', 'billingDunning', 'billingReasons', 'errorUtils']) {
    expect(first).not.toContain(later);
    expect(all).toContain(later);
  }
});

test('all that the Account page ever loads stays about as large as it is', () => {
  expect(bytesOf(reach(['billing360'], true))).toBeLessThan(119_000);
});
