import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { onceForEach } from '../../../kit/onceForEach.ts';

/** An element with the place where it begins; `text` is empty when it has children. */
export type XmlNode = {
  name: string;
  attributes: Readonly<Record<string, string>>;
  text: string;
  children: readonly XmlNode[];
  /** Counted from 1. */
  line: number;
  column: number;
};

/** Why a text is no XML, and where. */
export class XmlFault extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

export const NAMESPACE = 'http://soap.sforce.com/2006/04/metadata';

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  captureMetaData: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
});
const PLACE = XMLParser.getMetaDataSymbol() as unknown as string;

type Raw = Record<string, unknown> & { ':@'?: Record<string, string> };

function places(text: string): (index: number) => { line: number; column: number } {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (index) => {
    let line = 0;
    for (let end = starts.length; end - line > 1;) {
      const middle = (line + end) >> 1;
      if (starts[middle]! <= index) line = middle;
      else end = middle;
    }
    return { line: line + 1, column: index - starts[line]! + 1 };
  };
}

/** @returns the root element; @throws XmlFault */
export const readXml = onceForEach((source: string): XmlNode => {
  const text = source.replace(/^\uFEFF/, '');
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw new XmlFault(valid.err.msg, valid.err.line, valid.err.col);
  const placeOf = places(text);
  const toNode = (raw: Raw): XmlNode[] => {
    const name = Object.keys(raw).find((key) => key !== ':@' && key !== '#text');
    if (name === undefined) return [];
    const inside = raw[name] as Raw[];
    const children = inside.flatMap(toNode);
    const own = inside.map((part) => String(part['#text'] ?? '')).join('');
    const index = (raw[PLACE] as { startIndex?: number } | undefined)?.startIndex ?? 0;
    const attributes = raw[':@'] ?? {};
    return [{ name, attributes, text: children.length > 0 ? '' : own, children, ...placeOf(index) }];
  };
  const roots = (parser.parse(text) as Raw[]).flatMap(toNode);
  if (roots.length !== 1) throw new XmlFault('Premature end of file.', 1, 1);
  return roots[0]!;
});

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (char) => ENTITIES[char]!);

function element(node: XmlNode, indent: string): string {
  const attributes = Object.entries(node.attributes).map(([name, value]) => ` ${name}="${escapeXml(value)}"`);
  const open = `${indent}<${node.name}${attributes.join('')}`;
  if (node.children.length > 0)
    return `${open}>\n${node.children.map((child) => element(child, `${indent}    `)).join('\n')}\n${indent}</${node.name}>`;
  return node.text === '' ? `${open}/>` : `${open}>${escapeXml(node.text)}</${node.name}>`;
}

/** Indented by four blanks, as the Metadata API writes it. */
export const writeXml = (root: XmlNode): string => `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, '')}\n`;

export const makeNode = (name: string, content: string | readonly XmlNode[]): XmlNode => ({
  name,
  attributes: {},
  text: typeof content === 'string' ? content : '',
  children: typeof content === 'string' ? [] : content,
  line: 1,
  column: 1,
});

/** Root of a metadata file. */
export const metadataRoot = (type: string, children: readonly XmlNode[]): XmlNode => ({
  ...makeNode(type, children),
  attributes: { xmlns: NAMESPACE },
});

export const childrenOf = (node: XmlNode, name: string): readonly XmlNode[] =>
  node.children.filter((child) => child.name === name);

export const textOf = (node: XmlNode, name: string): string | undefined =>
  node.children.find((child) => child.name === name)?.text;
