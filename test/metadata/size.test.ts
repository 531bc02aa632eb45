import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { transformSync as compile } from '@lwc/compiler';
import { transformSync as minify } from 'esbuild';
import { expect, test } from 'vitest';
import { API_VERSION, LWC } from './source.ts';

/** Bytes that the Account panel may take on the way to a browser, which gets scripts minified and compressed. */
const LIMIT = 60_000;
const COMPILED = /\.(ts|html|css)$/;

const filesOf = (bundle: string) => readdirSync(join(LWC, bundle)).filter((file) => COMPILED.test(file));
const sourceOf = (bundle: string, file: string) => readFileSync(join(LWC, bundle, file), 'utf8');

/** Bundles that a bundle needs, itself first: by import of scripts and styles, and by tags of its templates. */
function reachable(bundle: string, found = new Set<string>()): Set<string> {
  found.add(bundle);
  for (const file of filesOf(bundle)) {
    const source = sourceOf(bundle, file);
    const imported = [...source.matchAll(/['"]c\/(\w+)['"]/g)].map((match) => match[1]!);
    const tags = [...source.matchAll(/<c-([a-z0-9-]+)/g)].map((match) =>
      match[1]!.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    );
    for (const name of [...imported, ...tags])
      if (!found.has(name) && existsSync(join(LWC, name))) reachable(name, found);
  }
  return found;
}

/** Scripts of a bundle as the platform's compiler and a minifier leave them. */
function minified(bundle: string): string[] {
  return filesOf(bundle).map((file) => {
    const source = file.endsWith('.ts') ? stripTypeScriptTypes(sourceOf(bundle, file)) : sourceOf(bundle, file);
    const { code } = compile(source, file.replace(/\.ts$/, '.js'), {
      name: bundle,
      namespace: 'c',
      apiVersion: Math.floor(Number(API_VERSION)),
    });
    return minify(code, { minify: true, loader: 'js' }).code;
  });
}

test('the bundles of the Account panel stay small together', () => {
  const needed = [...reachable('billing360')];
  expect(needed).toEqual(expect.arrayContaining(['billingInvoiceLines', 'billingStyles', 'pagedList']));
  expect(gzipSync(needed.flatMap(minified).join('\n')).byteLength).toBeLessThan(LIMIT);
});
