import { zipSync } from 'fflate';
import { componentsOf, keyOf, type Component } from '../components/component.ts';
import { childrenIn, composed, parentTypeOf } from '../components/decompose.ts';
import type { OrgMetadata } from '../orgMetadata.ts';
import { METADATA_TYPES, typeNamed, type MetadataType } from '../types.ts';
import { makeNode, metadataRoot, writeXml } from '../xml/document.ts';
import { fileProperties } from './fileProperties.ts';

export type RetrieveResult = {
  done: true;
  errorStatusCode?: string;
  errorMessage?: string;
  fileProperties: Record<string, string>[];
  id: string;
  messages: { fileName: string; problem: string }[];
  status: 'Succeeded' | 'Failed';
  success: boolean;
  zipFile?: string;
};

type Selected = { components: Map<string, Component>; messages: RetrieveResult['messages'] };

/** Types whose wildcard means what the org made itself (Metadata API Developer Guide, "Wildcards"). */
const isStandardObject = (component: Component): boolean => !/__(?:c|e|mdt)$/.test(component.fullName);

function select(metadata: OrgMetadata, wanted: ReadonlyMap<string, readonly string[]>): Selected {
  const components = metadata.visible;
  const messages: RetrieveResult['messages'] = [];
  const selected = new Map<string, Component>();
  const add = (component: Component): void => void selected.set(keyOf(component.type, component.fullName), component);
  const addWhole = (type: MetadataType, component: Component): void => {
    add(component.type === 'Flow' ? metadata.flowVersions.newest(component) : component);
    childrenIn(components, type, component).forEach(add);
  };
  for (const [name, members] of wanted) {
    const [type, parent] = [typeNamed(name), parentTypeOf(name)];
    if (!type && !parent) {
      messages.push({ fileName: 'package.xml', problem: `Unknown type name '${name}' specified in package.xml` });
      continue;
    }
    for (const member of members) {
      const found =
        member === '*'
          ? componentsOf(components, name).filter((one) => name !== 'CustomObject' || !isStandardObject(one))
          : componentsOf(components, name).filter((one) => one.fullName === member);
      // Fields and the like have no wildcard; labels do.
      if (member === '*' && parent && parent.name === 'CustomObject') continue;
      for (const component of found) {
        if (type) addWhole(type, component);
        else add(component);
      }
      if (found.length === 0 && member !== '*')
        messages.push({
          fileName: 'package.xml',
          problem: `Entity of type '${name}' named '${member}' cannot be found`,
        });
    }
  }
  return { components: selected, messages };
}

/** Files of the zip: what lies in one file is put together. */
function filesOf(selected: ReadonlyMap<string, Component>): Map<string, Uint8Array> {
  const encoder = new TextEncoder();
  const files = new Map<string, Uint8Array>();
  const seen = new Set<string>();
  for (const { fileName } of selected.values()) {
    if (seen.has(fileName)) continue;
    seen.add(fileName);
    const together = [...selected.values()].filter((component) => component.fileName === fileName);
    const type = METADATA_TYPES.find((one) => fileName.startsWith(`${one.folder}/`))!;
    const bundle = together.find((component) => component.files);
    if (bundle) {
      for (const [path, bytes] of bundle.files!) files.set(path, bytes);
      continue;
    }
    const own = together.find((component) => component.type === type.name);
    const empty: Component = { type: type.name, fullName: '', fileName, text: writeXml(metadataRoot(type.name, [])) };
    const text = composed(
      type,
      own ?? empty,
      together.filter((component) => component !== own),
    );
    files.set(fileName, encoder.encode(text));
  }
  return files;
}

function manifestOf(selected: Iterable<Component>, version: string): string {
  const byType = new Map<string, string[]>();
  for (const { type, fullName } of selected) byType.set(type, [...(byType.get(type) ?? []), fullName]);
  const types = [...byType]
    .sort()
    .map(([name, members]) =>
      makeNode('types', [...members.sort().map((member) => makeNode('members', member)), makeNode('name', name)]),
    );
  return writeXml(metadataRoot('Package', [...types, makeNode('version', version)]));
}

/** @param wanted members by type, as a manifest names them */
export function retrieve(
  metadata: OrgMetadata,
  wanted: ReadonlyMap<string, readonly string[]>,
  options: { id: string; version: string; singlePackage: boolean },
): RetrieveResult {
  const { components, messages } = select(metadata, wanted);
  const root = options.singlePackage ? '' : 'unpackaged/';
  const files = filesOf(components);
  files.set('package.xml', new TextEncoder().encode(manifestOf(components.values(), options.version)));
  const zip = zipSync(Object.fromEntries([...files].map(([path, bytes]) => [root + path, bytes])));
  return {
    done: true,
    fileProperties: [...components.values()].map((one) => fileProperties(metadata, one, root)),
    id: options.id,
    messages: messages.map((message) => ({ ...message, fileName: root + message.fileName })),
    status: 'Succeeded',
    success: true,
    zipFile: Buffer.from(zip).toString('base64'),
  };
}
