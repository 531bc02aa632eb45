import { checkElements } from '../xml/check.ts';
import { childrenOf, readXml, textOf } from '../xml/document.ts';

/** `package.xml` or a list of what is to be deleted: members by type, `*` for all. */
export type Manifest = { version: string | null; members: ReadonlyMap<string, readonly string[]> };

/** @throws Error with Salesforce's wording; XmlFault when it is no XML */
export function readManifest(text: string): Manifest {
  const root = readXml(text);
  const problem = checkElements(root, 'Package');
  if (problem) throw new Error(problem.problem);
  const members = new Map<string, string[]>();
  for (const type of childrenOf(root, 'types')) {
    const name = textOf(type, 'name') ?? '';
    // The stock CLI names folders of reports and dashboards with a slash behind.
    const named = childrenOf(type, 'members').map((member) => member.text.replace(/\/$/, ''));
    members.set(name, [...(members.get(name) ?? []), ...named]);
  }
  return { version: textOf(root, 'version') ?? null, members };
}

export function names(manifest: Manifest, type: string, fullName: string): boolean {
  const members = manifest.members.get(type) ?? [];
  return members.includes(fullName) || members.includes('*');
}
