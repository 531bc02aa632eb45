import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { transformSync } from '@lwc/compiler';
import { describe, expect, it } from 'vitest';
import { API_VERSION, bundles, LWC } from './source.ts';

const COMPILED = /\.(ts|html|css)$/;

describe.each(bundles())('bundle %s', (bundle) => {
  const files = readdirSync(join(LWC, bundle));

  it.each(files.filter((file) => COMPILED.test(file)))('%s compiles without a warning', (file) => {
    const text = readFileSync(join(LWC, bundle, file), 'utf8');
    const source = file.endsWith('.ts') ? stripTypeScriptTypes(text) : text;
    const { warnings = [] } = transformSync(source, file.replace(/\.ts$/, '.js'), {
      name: bundle,
      namespace: 'c',
      apiVersion: Math.floor(Number(API_VERSION)),
      enableLightningWebSecurityTransforms: true,
    });
    expect(warnings.map((warning: { message: string }) => warning.message)).toEqual([]);
  });

  it('has its metadata and no emitted JavaScript', () => {
    expect(files).toContain(`${bundle}.js-meta.xml`);
    expect(files.filter((file) => /\.[cm]?js$/.test(file))).toEqual([]);
  });

  it('keeps its script under 100 lines', () => {
    const script = files.includes(`${bundle}.ts`) ? readFileSync(join(LWC, bundle, `${bundle}.ts`), 'utf8') : '';
    expect(script.trimEnd().split('\n').length).toBeLessThan(100);
  });
});
