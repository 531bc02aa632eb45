import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkElements, type Problem } from '../simulators/salesforce/metadata/xml/check.ts';
import { readXml, type XmlNode } from '../simulators/salesforce/metadata/xml/document.ts';
import { typeTable } from '../simulators/salesforce/metadata/xml/typeTable.ts';
import { ROOT } from './source.ts';

const files = ['force-app', 'unpackaged'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    // The declarations leave the two kinds of folders out; the reader of folders looks at each of their elements.
    .filter((entry) => /(?<!Folder)-meta\.xml$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name))),
);
const rootOf = (path: string): XmlNode => readXml(readFileSync(join(ROOT, path), 'utf8'));
const problemOf = (root: XmlNode): Problem | null => checkElements(root, root.name);
const byType = [...Map.groupBy(files, (path) => rootOf(path).name)].map(([type, paths]) => [type, paths[0]!] as const);

const leaf = (name: string, text: string): XmlNode => ({ ...readXml(`<${name}/>`), name, text, children: [] });
const withChildren = (root: XmlNode, children: readonly XmlNode[]): XmlNode => ({ ...root, children: [...children] });

describe('metadata, by the types of the Metadata API,', () => {
  it.each(files)('%s has only what its type has', (path) => {
    expect(problemOf(rootOf(path))).toBeNull();
  });

  it('is of types that stand in the table', () => {
    expect(byType.length).toBeGreaterThan(15);
    expect(byType.filter(([type]) => !typeTable().types.has(type))).toEqual([]);
  });
});

// Whether the check would find what it is for: one change of each kind in a file of each type.
describe.each(byType)('a %s that is changed', (type, path) => {
  const root = rootOf(path);
  const rules = typeTable().types.get(type)!;

  it('is refused with an element that the type does not have', () => {
    expect(problemOf(withChildren(root, [...root.children, leaf('shoeSize', '44')]))?.problem).toContain('shoeSize');
  });

  it('is refused without what the type requires', () => {
    for (const [name] of [...rules].filter(([, rule]) => rule.required))
      expect(
        problemOf(
          withChildren(
            root,
            root.children.filter((child) => child.name !== name),
          ),
        )?.problem,
      ).toBe(`Required field is missing: ${name}`);
  });

  it('is refused with an element twice that stands once', () => {
    const once = root.children.find((child) => rules.get(child.name)?.repeats === false);
    if (once) expect(problemOf(withChildren(root, [once, ...root.children]))?.problem).toContain('is duplicated');
    expect(once !== undefined || ['CustomLabels'].includes(type)).toBe(true);
  });

  it('is refused with a value that is none of its enum, its number or yes and no', () => {
    const { enums } = typeTable();
    const typed = root.children.filter(({ name }) => {
      const of = rules.get(name)?.of ?? '';
      return enums.has(of) || of === 'boolean' || of === 'number';
    });
    for (const child of typed) {
      const changed = root.children.map((one) => (one === child ? leaf(child.name, 'Nonsense') : one));
      expect(problemOf(withChildren(root, changed))?.problem, child.name).toMatch(/not a valid value|input string/);
    }
  });
});
