import type { SimContext } from '../../../kit/sim.ts';
import type { UserAccess } from '../../org/access.ts';
import { componentsOf, xmlOf, type Component } from '../components/component.ts';
import { childrenIn, composed, parentTypeOf } from '../components/decompose.ts';
import { deployOptions, type DeployOptions } from '../deploy/options.ts';
import { deployResult, type Deployment } from '../deploy/result.ts';
import type { OrgMetadata } from '../orgMetadata.ts';
import { METADATA_TYPES, typeNamed } from '../types.ts';
import { escapeXml, readXml, type XmlNode } from '../xml/document.ts';
import { RawXml, SoapFault } from './envelope.ts';
import { fileProperties } from './fileProperties.ts';
import { retrieve, type RetrieveResult } from './retrieve.ts';

type Values = Readonly<Record<string, unknown>>;

const objectOf = (value: unknown): Values => (typeof value === 'object' && value !== null ? (value as Values) : {});
const listOf = (value: unknown): unknown[] => (value === undefined || value === '' ? [] : [value].flat());
/** Folders of reports and dashboards come with a slash behind. */
const memberName = (value: unknown): string => String(value).replace(/\/$/, '');
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** @throws SoapFault for options that are wrong or not there */
export function optionsOf(given: Values, metadata: OrgMetadata): DeployOptions {
  let options: DeployOptions;
  try {
    options = deployOptions(given);
  } catch (error) {
    throw new SoapFault('INVALID_OPERATION', error instanceof Error ? error.message : String(error));
  }
  if (metadata.production && !options.rollbackOnError && !options.checkOnly)
    throw new SoapFault('INVALID_OPERATION', 'rollbackOnError must be set to true for a production organization');
  return options;
}

/** The Metadata API as one user calls it. */
export class MetadataOperations {
  readonly #ctx: SimContext;
  readonly #metadata: OrgMetadata;
  readonly #retrieves = new Map<string, RetrieveResult>();

  constructor(ctx: SimContext, metadata: OrgMetadata) {
    this.#ctx = ctx;
    this.#metadata = metadata;
  }

  /** @returns what stands in `result`; @throws SoapFault */
  run(operation: string, body: Values, access: UserAccess, version: string): unknown {
    switch (operation) {
      case 'deploy':
        return this.#deploy(body, access);
      case 'checkDeployStatus':
        return deployResult(this.#deployment(textOf(body['asyncProcessId'])), body['includeDetails'] === 'true');
      case 'cancelDeploy':
        return this.#cancel(textOf(body['String'] ?? body['asyncProcessId']));
      case 'retrieve':
        return this.#retrieve(objectOf(body['retrieveRequest'] ?? body['RetrieveRequest'] ?? body['request']), version);
      case 'checkRetrieveStatus':
        return this.#retrieved(textOf(body['asyncProcessId']), body['includeZip'] !== 'false');
      case 'describeMetadata':
        return this.#describe();
      case 'listMetadata':
        return listOf(body['queries']).flatMap((query) => this.#list(objectOf(query)));
      case 'readMetadata':
        return {
          records: this.#read(textOf(body['type'] ?? body['metadataType']), listOf(body['fullNames']).map(String)),
        };
      default:
        this.#ctx.calls.refuse(`SOAP ${operation}`);
        throw new SoapFault('UNSUPPORTED_API_VERSION', `${operation} is not supported by the simulated org`);
    }
  }

  #deploy(body: Values, access: UserAccess): unknown {
    const zip = textOf(body['ZipFile'] ?? body['zipFile']);
    const options = optionsOf(objectOf(body['DeployOptions'] ?? body['deployOptions']), this.#metadata);
    const { id } = this.#metadata.deploy(Buffer.from(zip, 'base64'), options, access.userId);
    return { done: false, id, state: 'Queued' };
  }

  #deployment(id: string): Deployment {
    const deployment = this.#metadata.deploymentNamed(id);
    if (!deployment) throw new SoapFault('INVALID_CROSS_REFERENCE_KEY', `invalid cross reference id`);
    return deployment;
  }

  #cancel(id: string): unknown {
    const deployment = this.#deployment(id);
    if (!this.#metadata.cancel(deployment))
      throw new SoapFault('INVALID_ID_FIELD', 'Deployment already completed. Cannot cancel it.');
    return { done: true, id: deployment.id };
  }

  #retrieve(request: Values, version: string): unknown {
    const id = this.#metadata.newId('09S');
    if (listOf(request['packageNames']).length > 0 || listOf(request['specificFiles']).length > 0) {
      this.#ctx.calls.refuse('retrieve by package or file name');
      throw new SoapFault('INVALID_OPERATION', 'packageNames and specificFiles are not supported by the simulated org');
    }
    const wanted = new Map<string, string[]>();
    for (const type of listOf(objectOf(request['unpackaged'])['types']).map(objectOf)) {
      const name = textOf(type['name']);
      wanted.set(name, [...(wanted.get(name) ?? []), ...listOf(type['members']).map(memberName)]);
    }
    const singlePackage = request['singlePackage'] === 'true';
    this.#retrieves.set(id, retrieve(this.#metadata, wanted, { id, version, singlePackage }));
    return { done: false, id, state: 'Queued' };
  }

  #retrieved(id: string, includeZip: boolean): unknown {
    const found = [...this.#retrieves.values()].find((one) => one.id.startsWith(id.slice(0, 15)));
    if (!found) throw new SoapFault('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
    const { zipFile, ...rest } = found;
    return includeZip ? { ...rest, zipFile } : rest;
  }

  #describe(): unknown {
    return {
      metadataObjects: METADATA_TYPES.map((type) => ({
        childXmlNames: Object.values(type.children ?? {}).map((child) => child.type),
        directoryName: type.folder,
        inFolder: type.inFolder === true,
        metaFile: false,
        suffix: type.suffix,
        xmlName: type.name,
      })),
      organizationNamespace: '',
      partialSaveAllowed: !this.#metadata.production,
      testRequired: false,
    };
  }

  #list(query: Values): unknown[] {
    const name = textOf(query['type']);
    const folder = textOf(query['folder']);
    const type = METADATA_TYPES.find((one) => one.name === name || (one.inFolder && name === `${one.name}Folder`));
    if (!type && !parentTypeOf(name))
      throw new SoapFault('INVALID_TYPE', `Unknown type:${name}. Please specify the correct type`);
    return componentsOf(this.#metadata.visible, type?.name ?? name)
      .filter((one) => {
        if (!type?.inFolder) return true;
        const path = one.fullName.split('/').slice(0, -1).join('/');
        return name === type.name ? path !== '' && path === folder : path === '';
      })
      .map((one) => fileProperties(this.#metadata, one));
  }

  #read(name: string, fullNames: readonly string[]): RawXml[] {
    const type = typeNamed(name);
    if (!type && !parentTypeOf(name)) throw new SoapFault('INVALID_TYPE', `Unknown type: ${name}`);
    const content = (component: Component): XmlNode =>
      type?.children && !component.files
        ? readXml(composed(type, component, childrenIn(this.#metadata.components, type, component)))
        : xmlOf(component);
    return fullNames.map((fullName) => {
      const component = componentsOf(this.#metadata.visible, name).find((one) => one.fullName === fullName);
      const inside = component ? content(component).children.filter((child) => child.name !== 'fullName') : [];
      return new RawXml(component ? `<fullName>${escapeXml(fullName)}</fullName>${inside.map(asXml).join('')}` : '');
    });
  }
}

const asXml = ({ name, text, children }: XmlNode): string =>
  `<${name}>${children.length > 0 ? children.map(asXml).join('') : escapeXml(text)}</${name}>`;
