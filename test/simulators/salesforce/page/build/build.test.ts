import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { bundle, CACHE, testPackage, type TestPackage } from '../testPages.ts';
import { buildAppBundles } from './appBundles.ts';
import { buildLightningHost } from './buildLightningHost.ts';

const CARD = '<lightning-card title="Hello"></lightning-card>';
const script = (imports = '', body = ''): string =>
  `import { LightningElement } from 'lwc';\n${imports}\nexport default class Hello extends LightningElement { ${body} }\n`;

let made: TestPackage | undefined;
afterEach(() => made?.remove());

const packaged = (files: Record<string, string>): string => {
  made = testPackage(files);
  return made.forceApp;
};

describe('the cache', () => {
  beforeAll(async () => {
    // The base components, unless an earlier run has left them.
    const forceApp = packaged(bundle('hello', script(), CARD));
    await buildLightningHost({ forceApp, cacheDir: CACHE });
    made?.remove();
  });

  test('a second start finds everything, within a second', async () => {
    const forceApp = packaged(bundle('hello', script('', `made = '${crypto.randomUUID()}';`), CARD));
    const first = await buildLightningHost({ forceApp, cacheDir: CACHE });
    try {
      expect(first.cached).toBe(false);
      const start = performance.now();
      const second = await buildLightningHost({ forceApp, cacheDir: CACHE });
      expect(performance.now() - start).toBeLessThan(1000);
      expect(second).toEqual({ ...first, cached: true });
    } finally {
      rmSync(join(CACHE, first.app.folder), { recursive: true });
    }
  });

  test('a changed bundle is built again, the platform is not', async () => {
    const forceApp = packaged(bundle('hello', script('', `made = '${crypto.randomUUID()}';`), CARD));
    const before = await buildLightningHost({ forceApp, cacheDir: CACHE });
    made?.write('lwc/hello/hello.html', `<template>${CARD}<p>changed</p></template>`);
    const after = await buildLightningHost({ forceApp, cacheDir: CACHE });
    expect(after.cached).toBe(false);
    expect(after.app.folder).not.toBe(before.app.folder);
    expect(after.base.folder).toBe(before.base.folder);
    for (const { app } of [before, after]) rmSync(join(CACHE, app.folder), { recursive: true });
  });

  test('tests of a bundle are no input of the build', async () => {
    const forceApp = packaged(bundle('hello', script('', `made = '${crypto.randomUUID()}';`), CARD));
    const { app } = await buildLightningHost({ forceApp, cacheDir: CACHE });
    made?.write('lwc/hello/__tests__/hello.test.ts', 'new test');
    expect((await buildLightningHost({ forceApp, cacheDir: CACHE })).cached).toBe(true);
    rmSync(join(CACHE, app.folder), { recursive: true });
  });
});

describe('what an org would refuse fails the build with the name of the file', () => {
  const labels = (name: string) => ({
    'labels/CustomLabels.labels-meta.xml': `<CustomLabels><labels><fullName>${name}</fullName><value>Words &amp; more</value></labels></CustomLabels>`,
  });

  test.each([
    ['@salesforce/schema/Account.Billing_Nonsense__c', 'Account has no field Billing_Nonsense__c'],
    ['@salesforce/schema/Nonsense__c', 'the org has no object Nonsense__c'],
    ['@salesforce/schema/Billing_Invoice__c.Account__r.Nope', 'Account has no field Nope'],
    ['@salesforce/schema/Billing_Invoice__c.Nope__r.Name', 'Billing_Invoice__c has no relationship Nope__r'],
    ['@salesforce/schema/account.Name', 'the org has no object account'],
    ['@salesforce/label/c.Nonsense', 'there is no custom label Nonsense'],
    ['@salesforce/customPermission/Nonsense', 'there is no custom permission Nonsense'],
    ['@salesforce/apex/Anything.run', 'not supported by the simulated org'],
    ['@salesforce/i18n/nonsense', 'not supported by the simulated org'],
    ['lightning/empApi', 'lightning/empApi is neither a base component nor supported by the simulated org'],
  ])('%s', async (id, message) => {
    const forceApp = packaged({
      ...bundle('hello', script(`import it from '${id}';`, 'it = it;'), CARD),
      ...labels('Known'),
    });
    const file = join(forceApp, 'lwc/hello/hello.ts');
    const refusal = await buildAppBundles(forceApp).catch((error: unknown) => error as Error);
    expect(refusal).toBeInstanceOf(Error);
    expect((refusal as Error).message).toContain(file);
    expect((refusal as Error).message).toContain(message);
  });

  test.each([
    ['an unknown component', '<lightning-nonsense></lightning-nonsense>', 'lightning/nonsense'],
    ['a bundle that is not there', '<c-nonsense></c-nonsense>', 'c/nonsense'],
    ['a wrong template', '<p onclick="{run}"></p>', 'Ambiguous'],
    ['a warning of the compiler', '<p foo="a">text</p>', 'foo is not valid attribute for p'],
  ])('%s', async (_, template, message) => {
    const forceApp = packaged(bundle('hello', script(), template));
    const refusal = await buildAppBundles(forceApp).catch((error: unknown) => error as Error);
    expect(refusal).toBeInstanceOf(Error);
    expect((refusal as Error).message).toContain('lwc/hello/hello.html');
    expect((refusal as Error).message).toContain(message);
  });

  test('TypeScript that is not erasable', async () => {
    const forceApp = packaged(bundle('hello', `enum Kind { A }\n${script()}`, CARD));
    await expect(buildAppBundles(forceApp)).rejects.toThrow(join(forceApp, 'lwc/hello/hello.ts'));
  });

  describe('a bundle that loads another one when it is needed', () => {
    const shown = (body: string, template = '<lwc:component lwc:is={part}></lwc:component>') =>
      bundle('hello', script('', body), template);
    const able = (files: Record<string, string>): Record<string, string> => ({
      ...files,
      'lwc/hello/hello.js-meta.xml': files['lwc/hello/hello.js-meta.xml']!.replace(
        '<isExposed>',
        '<capabilities><capability>lightning__dynamicComponent</capability></capabilities><isExposed>',
      ),
      ...bundle('later', script(), '<p>Later</p>'),
      'lwc/later/later.js-meta.xml':
        '<LightningComponentBundle><isExposed>false</isExposed></LightningComponentBundle>',
    });
    const load = "part = null; async load() { this.part = (await import('c/later')).default; }";

    test.each([
      ['lwc:component without the capability', shown('part = null;'), 'hello.html: lwc:component needs the capability'],
      ['import() without the capability', shown(load, '<p>x</p>'), 'hello.ts: import() needs the capability'],
      ['a bundle that is not there', able(shown(load.replace('c/later', 'c/nonsense'))), 'c/nonsense'],
      ['a name that is put together', able(shown(load.replace("'c/later'", "'c/' + this.part"))), 'stringLiteral'],
    ])('%s', async (_, files, message) => {
      await expect(buildAppBundles(packaged(files))).rejects.toThrow(message);
    });

    test('is a file of its own, which no page asks for beforehand', async () => {
      const { files, preload } = await buildAppBundles(packaged(able(shown(load))));
      const holding = [...files].filter(([, code]) => code.includes('>Later<')).map(([name]) => name);
      expect(holding).toHaveLength(1);
      expect(preload).not.toContain(holding[0]);
      expect(preload).toHaveLength(2);
    });
  });

  test('it does not matter where the build is started', async () => {
    const forceApp = packaged(bundle('hello', script(), CARD));
    vi.spyOn(process, 'cwd').mockReturnValue(tmpdir());
    try {
      expect((await buildAppBundles(forceApp)).modules['main']).toMatch(/^main-/);
    } finally {
      vi.restoreAllMocks();
    }
  });

  test('what the org knows passes', async () => {
    const known = [
      "import a from '@salesforce/schema/Billing_Invoice__c.Account__r.Name';",
      "import b from '@salesforce/label/c.Known';",
      "import c from '@salesforce/i18n/locale';",
    ];
    const forceApp = packaged({
      ...bundle('hello', script(known.join('\n'), 'all = [a, b, c];'), CARD),
      ...labels('Known'),
    });
    const { files } = await buildAppBundles(forceApp);
    const code = [...files.values()].join('\n');
    expect(code).toContain('"fieldApiName":"Account__r.Name"');
    expect(code).toContain('Words & more');
  });
});
