import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { API_VERSION, bundles, customFields, list, LWC, packageFiles, readMetadata, ROOT, SOURCE } from './source.ts';

const files = packageFiles();

describe('package', () => {
  it('has no Apex', () => {
    expect(files.filter((path) => /\.(cls|trigger|page|component)(-meta\.xml)?$/.test(path))).toEqual([]);
  });

  it.each(files.filter((path) => path.endsWith('-meta.xml')))('%s is well-formed', (path) => {
    expect(XMLValidator.validate(readFileSync(join(SOURCE, path), 'utf8'))).toBe(true);
  });

  it('has one API version everywhere', () => {
    const versions = files
      .filter((path) => path.endsWith('-meta.xml'))
      .map((path) => readMetadata(path)['apiVersion'])
      .filter((version) => version !== undefined);
    expect(new Set(versions)).toEqual(new Set([API_VERSION]));
  });

  it('gives every bundle a path in the tsconfig of the bundles', () => {
    const config = JSON.parse(readFileSync(join(LWC, 'tsconfig.json'), 'utf8')) as {
      compilerOptions: { paths: Record<string, string[]> };
    };
    const scripted = bundles().filter((bundle) => files.includes(`lwc/${bundle}/${bundle}.ts`));
    expect(config.compilerOptions.paths).toEqual(
      Object.fromEntries(scripted.map((bundle) => [`c/${bundle}`, [`./${bundle}/${bundle}.ts`]])),
    );
  });

  it('deploys no test and no tsconfig', () => {
    const ignored = readFileSync(join(ROOT, '.forceignore'), 'utf8').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['**/__tests__/**', '**/tsconfig.json']));
  });
});

describe('labels', () => {
  const labels = list(readMetadata('labels/CustomLabels.labels-meta.xml'), 'labels');
  const names = labels.map((label) => String(label['fullName']));
  const scripts = files.filter((path) => /^lwc\/[^/]+\/[^/]+\.ts$/.test(path));
  const flows = files.filter((path) => path.endsWith('.flow-meta.xml'));
  const used = [...scripts, ...flows].flatMap((path) =>
    [...readFileSync(join(SOURCE, path), 'utf8').matchAll(/(?:@salesforce\/label\/c|\$Label)\.(\w+)/g)].map(
      (match) => match[1],
    ),
  );

  it('that bundles and flows use exist, and those that exist are used', () => {
    expect(new Set(names)).toEqual(new Set(used));
    expect(names.length).toBe(new Set(names).size);
  });

  it('are filled in, within what Salesforce holds', () => {
    for (const label of labels) {
      const value = String(label['value'] ?? '');
      expect.soft(value.trim(), String(label['fullName'])).not.toBe('');
      expect.soft(value.length, String(label['fullName'])).toBeLessThanOrEqual(1000);
      expect.soft(String(label['shortDescription']).length).toBeLessThanOrEqual(80);
      expect.soft([label['language'], label['protected']]).toEqual(['en_US', 'false']);
    }
  });
});

describe('states', () => {
  /** Says whether a row counts; never shown to people. */
  const INTERNAL = ['Removed', 'Current', 'Past'];
  const statesOf = (object: string): string[] =>
    customFields()
      .filter((field) => field.object === object && field.name === 'Status__c')
      .flatMap(({ xml }) => list(xml, 'valueSet'))
      .flatMap((set) => list(set, 'valueSetDefinition'))
      .flatMap((definition) => list(definition, 'value'))
      .map((value) => String(value['fullName']));
  const keysIn = (path: string): string[] => {
    const source = readFileSync(join(LWC, path), 'utf8');
    return [...source.matchAll(/^\s+\['([A-Z][A-Za-z ]+)', \[\w+, '\w+'\]\],$/gm)].map((match) => String(match[1]));
  };

  it.each([
    ['Billing_Health__c', 'billingRows/status.ts'],
    ['Billing_Subscription__c', 'billingRows/subscriptionStates.ts'],
    ['Billing_Invoice__c', 'invoiceStates/invoiceStates.ts'],
    ['Billing_Payment__c', 'billingPayments/states.ts'],
    ['Billing_Charge__c', 'billingCharges/states.ts'],
  ])('that rows of %s can have are said in words and have a tone, and no others: %s', (object, path) => {
    const shown = statesOf(object).filter((state) => !INTERNAL.includes(state));
    expect(shown.length).toBeGreaterThan(1);
    expect(keysIn(path).sort()).toEqual(shown.sort());
  });

  it('of memos are among those of invoices, but for the one that is not told', () => {
    const known = [...keysIn('invoiceStates/invoiceStates.ts'), 'Posted', ...INTERNAL];
    expect(statesOf('Billing_Credit_Memo__c').filter((state) => !known.includes(state))).toEqual([]);
  });
});

describe('pages', () => {
  const pages = files.filter((path) => path.endsWith('.flexipage-meta.xml'));

  it.each(pages)('%s places components that exist and are exposed for its object', (path) => {
    const page = readMetadata(path);
    const components = list(page, 'flexiPageRegions')
      .flatMap((region) => list(region, 'itemInstances'))
      .flatMap((item) => list(item, 'componentInstance'));
    const identifiers = components.map((component) => component['identifier']);
    expect(new Set(identifiers).size).toBe(identifiers.length);
    const own = components.map((component) => String(component['componentName'])).filter((name) => !name.includes(':'));
    expect(own.length).toBeGreaterThan(0);
    for (const name of own) {
      const bundle = readMetadata(`lwc/${name}/${name}.js-meta.xml`);
      expect(bundle['isExposed']).toBe('true');
      expect(list(bundle, 'targets').map((targets) => targets['target'])).toContain('lightning__RecordPage');
      const exposedFor = list(bundle, 'targetConfigs')
        .flatMap((configs) => list(configs, 'targetConfig'))
        .flatMap((config) => list(config, 'objects'))
        .map((objects) => objects['object']);
      expect(exposedFor).toContain(page['sobjectType']);
    }
  });

  it('has the Account page', () => {
    expect(pages).toContain('flexipages/Billing_360_Account.flexipage-meta.xml');
  });
});
