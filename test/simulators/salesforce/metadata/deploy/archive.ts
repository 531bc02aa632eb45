import { unzipSync } from 'fflate';
import { decomposed, parentTypeOf } from '../components/decompose.ts';
import type { Component } from '../components/component.ts';
import { METADATA_TYPES, typeNamed, type MetadataType } from '../types.ts';
import { checkElements, type Problem } from '../xml/check.ts';
import { readXml, textOf, XmlFault } from '../xml/document.ts';
import { names, readManifest, type Manifest } from './manifest.ts';

/** What a client sent: components to take in, components to delete, and what is wrong with the files themselves. */
export type Archive = {
  manifest: Manifest;
  components: Component[];
  deletions: { pre: Manifest | null; post: Manifest | null };
  faults: FileFault[];
};
type FileFault = Problem & { type: string; fullName: string; fileName: string; unsupported?: string };

const utf8 = new TextDecoder();

/** Files by path below the folder that holds `package.xml`. @throws Error when there is none or it is no zip */
function unpacked(zip: Uint8Array): Map<string, Uint8Array> {
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(zip);
  } catch {
    throw new Error('The zip file is not valid');
  }
  const paths = Object.keys(entries).filter((path) => !path.endsWith('/'));
  const manifest = paths
    .filter((path) => /^(?:[^/]+\/)?package\.xml$/.test(path))
    .sort((a, b) => a.length - b.length)[0];
  if (manifest === undefined) throw new Error('No package.xml found');
  const root = manifest.slice(0, -'package.xml'.length);
  return new Map(
    paths.filter((path) => path.startsWith(root)).map((path) => [path.slice(root.length), entries[path]!]),
  );
}

/** Wording of the platform's XML reader where it is known. */
function xmlProblem({ message, line, column }: XmlFault): Problem {
  const [, tag] = /^Expected closing tag '([^']+)'/.exec(message) ?? /^Unclosed tag '([^']+)'/.exec(message) ?? [];
  const words = tag ? `The element type "${tag}" must be terminated by the matching end-tag "</${tag}>".` : message;
  return { problem: `Error parsing file: ${words}`, line, column };
}

type Found = { type: MetadataType; fullName: string; rootType: string } | { unsupported: string };

function kindOf(path: string): Found {
  const [folder = '', ...rest] = path.split('/');
  const type = METADATA_TYPES.find((one) => one.folder === folder);
  const name = rest.join('/');
  if (!type) return { unsupported: folder };
  if (type.suffix === undefined) return { type, fullName: rest[0]!, rootType: type.name };
  if (type.inFolder && /^[^/]+-meta\.xml$/.test(name))
    return { type, fullName: name.slice(0, -'-meta.xml'.length), rootType: `${type.name}Folder` };
  const ending = `.${type.suffix}`;
  if (!name.endsWith(ending) || rest.length > (type.inFolder ? Infinity : 1)) return { unsupported: path };
  return { type, fullName: name.slice(0, -ending.length), rootType: type.name };
}

class Reader {
  readonly #files: ReadonlyMap<string, Uint8Array>;
  readonly components: Component[] = [];
  readonly faults: FileFault[] = [];

  constructor(files: ReadonlyMap<string, Uint8Array>) {
    this.#files = files;
  }

  read(): void {
    for (const path of this.#files.keys()) {
      if (/^(?:package|destructiveChanges(?:Pre|Post)?)\.xml$/.test(path)) continue;
      const kind = kindOf(path);
      if ('unsupported' in kind) this.#unsupported(path, kind.unsupported);
      else if (kind.type.suffix === undefined) this.#bundle(path, kind.type, kind.fullName);
      else this.#file(path, kind.type, kind.fullName, kind.rootType);
    }
  }

  #unsupported(path: string, what: string): void {
    const fullName = path
      .split('/')
      .at(-1)!
      .replace(/\.[^.]*$/, '');
    const problem = `${what}: this type of metadata is not supported by the simulated org`;
    this.faults.push({ type: '', fullName, fileName: path, problem, unsupported: `metadata in ${what.split('/')[0]}` });
  }

  #parsed(path: string, text: string, type: string, fullName: string, rootType: string) {
    const fault = (problem: Problem) => void this.faults.push({ ...problem, type, fullName, fileName: path });
    try {
      const root = readXml(text);
      const problem = checkElements(root, rootType);
      if (problem) fault(problem);
      else return root;
    } catch (error) {
      if (!(error instanceof XmlFault)) throw error;
      fault(xmlProblem(error));
    }
    return null;
  }

  #file(path: string, type: MetadataType, fullName: string, rootType: string): void {
    const text = utf8.decode(this.#files.get(path));
    const root = this.#parsed(path, text, type.name, fullName, rootType);
    if (!root) return;
    if (!type.children) return void this.components.push({ type: type.name, fullName, fileName: path, text });
    const unnamed = root.children.find((child) => type.children![child.name] && !textOf(child, 'fullName'));
    if (unnamed) {
      const { line, column } = unnamed;
      this.faults.push({
        ...{ type: type.name, fullName, fileName: path, line, column },
        problem: 'Required field is missing: fullName',
      });
      return;
    }
    this.components.push(...decomposed(type, fullName, path, root));
  }

  /** A bundle is read once, with its configuration file. */
  #bundle(path: string, type: MetadataType, name: string): void {
    const fileName = `${type.folder}/${name}`;
    const meta = `${fileName}/${name}.js-meta.xml`;
    const all = [...this.#files].filter(([other]) => other.startsWith(`${fileName}/`));
    if (all[0]![0] !== path) return;
    const bytes = this.#files.get(meta);
    if (!bytes)
      return void this.faults.push({
        ...{ type: type.name, fullName: name, fileName },
        problem: `No configuration file ${name}.js-meta.xml found`,
      });
    const text = utf8.decode(bytes);
    if (this.#parsed(meta, text, type.name, name, type.name))
      this.components.push({ type: type.name, fullName: name, fileName, text, files: new Map(all) });
  }
}

/** What the manifest names must be there, and what is there must be named (Metadata API Developer Guide, "deploy()"). */
function compareWithManifest(manifest: Manifest, reader: Reader): FileFault[] {
  const faults: FileFault[] = [];
  const present = (type: string, fullName: string): boolean =>
    [...reader.components, ...reader.faults].some((one) => one.type === type && one.fullName === fullName);
  for (const [type, members] of manifest.members)
    for (const member of members) {
      if (member === '*' || present(type, member)) continue;
      const parent = parentTypeOf(type);
      // The fault of an object's file stands for all that lies in it.
      const object = member.split('.')[0]!;
      if (parent && reader.faults.some((fault) => fault.type === parent.name && fault.fullName === object)) continue;
      const known = typeNamed(type) ?? parent;
      const problem = known
        ? `An object '${member}' of type ${type} was named in package.xml, but was not found in zipped directory`
        : `Unknown type name '${type}' specified in package.xml`;
      faults.push({ type: '', fullName: 'package.xml', fileName: 'package.xml', problem });
    }
  const files = new Map(reader.components.map((component) => [component.fileName, component]));
  for (const component of files.values()) {
    const type = typeNamed(component.type);
    const own = type && names(manifest, type.name, component.fullName);
    const ofChildren = reader.components.some(
      (child) => child.fileName === component.fileName && names(manifest, child.type, child.fullName),
    );
    if (!own && !ofChildren)
      faults.push({
        type: component.type,
        fullName: component.fullName,
        fileName: component.fileName,
        problem: 'Not in package.xml',
      });
  }
  return faults;
}

/** @throws Error when the zip as a whole cannot be read */
export function readArchive(zip: Uint8Array, allowMissingFiles: boolean): Archive {
  const files = unpacked(zip);
  const listed = (name: string): Manifest | null => {
    const bytes = files.get(name);
    return bytes ? readManifest(utf8.decode(bytes)) : null;
  };
  const manifest = listed('package.xml')!;
  const reader = new Reader(files);
  reader.read();
  const post = listed('destructiveChangesPost.xml') ?? listed('destructiveChanges.xml');
  const pre = listed('destructiveChangesPre.xml');
  const faults = allowMissingFiles ? [] : compareWithManifest(manifest, reader);
  return { manifest, components: reader.components, deletions: { pre, post }, faults: [...reader.faults, ...faults] };
}
