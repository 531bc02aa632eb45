import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { transformSync } from '@lwc/compiler';
import { describe, expect, it } from 'vitest';
import { API_VERSION, bundles, list, LWC, readMetadata } from './source.ts';

const COMPILED = /\.(ts|html|css)$/;

/** What the configuration of a bundle declares. */
const capabilitiesOf = (bundle: string): string[] =>
  list(readMetadata(`lwc/${bundle}/${bundle}.js-meta.xml`), 'capabilities')
    .flatMap((xml) => [xml['capability']].flat())
    .map(String);

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
      enableDynamicComponents: capabilitiesOf(bundle).includes('lightning__dynamicComponent'),
    });
    expect(warnings.map((warning: { message: string }) => warning.message)).toEqual([]);
  });

  it('has its metadata and no emitted JavaScript', () => {
    expect(files).toContain(`${bundle}.js-meta.xml`);
    expect(files.filter((file) => /\.[cm]?js$/.test(file))).toEqual([]);
  });

  it('declares whether it loads others when they are needed', () => {
    const sources = files
      .filter((file) => /\.(ts|html)$/.test(file))
      .map((file) => readFileSync(join(LWC, bundle, file), 'utf8'));
    const loads = sources.some((source) => /\bimport\(|<lwc:component/.test(source));
    expect(capabilitiesOf(bundle)).toEqual(loads ? ['lightning__dynamicComponent'] : []);
  });

  it('keeps its script under 100 lines', () => {
    const script = files.includes(`${bundle}.ts`) ? readFileSync(join(LWC, bundle, `${bundle}.ts`), 'utf8') : '';
    expect(script.trimEnd().split('\n').length).toBeLessThan(100);
  });
});

describe('texts of templates', () => {
  const templates = bundles().flatMap((bundle) =>
    readdirSync(join(LWC, bundle))
      .filter((file) => file.endsWith('.html'))
      .map((file) => `${bundle}/${file}`),
  );
  const SHOWN =
    /\s(?:label|title|alternative-text|aria-label|placeholder|heading|header|help|field-level-help)="([^"]*)"/g;

  /** Words that stand in a template itself, where nobody can translate them. */
  function literalsIn(template: string): string[] {
    const text = template.replaceAll(/<!--[^]*?-->|&\w+;/g, '');
    const between = text.replaceAll(/<[^>]*>/g, '\n').replaceAll(/\{[^}]*\}/g, '');
    return [...between.split('\n'), ...[...text.matchAll(SHOWN)].map((match) => match[1] ?? '')]
      .map((words) => words.trim())
      .filter((words) => /\p{L}/u.test(words));
  }

  it.each(templates)('%s come from labels', (path) => {
    expect(literalsIn(readFileSync(join(LWC, path), 'utf8'))).toEqual([]);
  });

  it('are found where they stand in a template', () => {
    expect(literalsIn('<template><p title="Due">{labels.due} on <b>{day}</b></p></template>')).toEqual(['on', 'Due']);
    expect(literalsIn('<template><!-- why --><p title={labels.due}>{a},&nbsp;{b}: 1</p></template>')).toEqual([]);
  });
});
