import { readXml, writeXml, type XmlNode } from '../xml/document.ts';

/** One piece of metadata: what a manifest can name. */
export type Component = {
  /** `CustomField` */
  type: string;
  /** `Account.Billing_MRR__c` */
  fullName: string;
  /** Where it lies in a zip; a field lies in the file of its object. */
  fileName: string;
  /** Its own XML with the type as root; for an object without what are components of their own. */
  text: string;
  /** A bundle: its files by path in the zip. */
  files?: ReadonlyMap<string, Uint8Array>;
};

/** By `keyOf`, in no order. */
export type Components = ReadonlyMap<string, Component>;

export const keyOf = (type: string, fullName: string): string => `${type}:${fullName}`;

/** @throws XmlFault */
export const xmlOf = ({ text }: Component): XmlNode => readXml(text);

const sameBytes = (a: Uint8Array, b: Uint8Array | undefined): boolean => b !== undefined && Buffer.compare(a, b) === 0;

/** Whether both say the same, however they are laid out. */
export function sameContent(a: Component, b: Component): boolean {
  if (writeXml(xmlOf(a)) !== writeXml(xmlOf(b))) return false;
  const [files, others] = [a.files ?? new Map<string, Uint8Array>(), b.files ?? new Map<string, Uint8Array>()];
  return files.size === others.size && [...files].every(([name, bytes]) => sameBytes(bytes, others.get(name)));
}

export const componentsOf = (components: Components, type: string): Component[] =>
  [...components.values()].filter((component) => component.type === type);
