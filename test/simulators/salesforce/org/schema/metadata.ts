import { XMLParser } from 'fast-xml-parser';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onceForEach } from '../../../kit/onceForEach.ts';

/** Element of a metadata file: text, or its children by name, always as lists. */
export type Element = { text: string; children: ReadonlyMap<string, readonly Element[]> };

const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, isArray: () => true, trimValues: true });

function toElement(raw: unknown): Element {
  if (typeof raw !== 'object' || raw === null) return { text: String(raw ?? ''), children: new Map() };
  const children = new Map<string, Element[]>();
  for (const [name, list] of Object.entries(raw))
    if (name !== '#text') children.set(name, (list as unknown[]).map(toElement));
  return { text: '', children };
}

const elementsOf = onceForEach(
  (text): ReadonlyMap<string, readonly Element[]> => toElement(parser.parse(text)).children,
);

/**
 * One metadata file. Whatever is not asked for by the end is refused, so that nothing in force-app is silently ignored.
 */
export class MetadataFile {
  readonly path: string;
  readonly root: Element;

  /** @throws Error that names the file when its root is not `rootName` */
  constructor(path: string, rootName: string) {
    this.path = path;
    const root = elementsOf(readFileSync(path, 'utf8')).get(rootName)?.[0];
    if (root === undefined) throw this.fault(`is no ${rootName}`);
    this.root = root;
  }

  fault(problem: string): Error {
    return new Error(`${this.path}: ${problem}`);
  }

  /** @param names elements that the simulated org understands or that change nothing in its APIs */
  allow(element: Element, names: readonly string[]): void {
    for (const name of element.children.keys())
      if (!names.includes(name)) throw this.fault(`<${name}> is not supported by the simulated org`);
  }

  text(element: Element, name: string): string | undefined {
    return element.children.get(name)?.[0]?.text;
  }

  need(element: Element, name: string): string {
    const text = this.text(element, name);
    if (!text) throw this.fault(`<${name}> is missing`);
    return text;
  }

  flag(element: Element, name: string, absent = false): boolean {
    const text = this.text(element, name);
    if (text === undefined) return absent;
    if (text !== 'true' && text !== 'false') throw this.fault(`<${name}> must be true or false`);
    return text === 'true';
  }

  whole(element: Element, name: string): number {
    const text = this.need(element, name);
    if (!/^\d+$/.test(text)) throw this.fault(`<${name}> must be a whole number`);
    return Number(text);
  }

  list(element: Element, name: string): readonly Element[] {
    return element.children.get(name) ?? [];
  }
}

/** Paths of the files in a folder, sorted by name; none when there is no folder. */
export const filesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .sort()
        .map((name) => join(folder, name))
    : [];
