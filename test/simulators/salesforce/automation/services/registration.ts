import { MetadataFile } from '../../org/schema/metadata.ts';
import { readOpenApi, type OpenApi } from './openApi.ts';

export type ServiceRegistration = OpenApi & { name: string; namedCredential: string };

/** @throws Error that names the file and what External Services would not take */
export function readRegistration(path: string, name: string): ServiceRegistration {
  const file = new MetadataFile(path, 'ExternalServiceRegistration');
  const { root } = file;
  file.allow(root, [
    ...['description', 'label', 'namedCredentialReference', 'operations', 'registrationProviderType', 'schema'],
    ...['schemaType', 'schemaAbsoluteUrl', 'schemaUploadFileExtension', 'schemaUploadFileName', 'serviceBinding'],
    ...['status', 'systemVersion'],
  ]);
  if (file.need(root, 'status') !== 'Complete') throw file.fault('its status must be Complete');
  if (file.need(root, 'schemaType') !== 'OpenApi3') throw file.fault('its schemaType must be OpenApi3');
  let openApi: OpenApi;
  try {
    openApi = readOpenApi(file.need(root, 'schema'), name);
  } catch (error) {
    throw file.fault(error instanceof Error ? error.message : String(error));
  }
  const active = new Map<string, boolean>();
  for (const element of file.list(root, 'operations')) {
    file.allow(element, ['name', 'active']);
    active.set(file.need(element, 'name'), file.flag(element, 'active'));
  }
  const unknown = [...active.keys()].find((operation) => !openApi.operations.has(operation));
  if (unknown !== undefined) throw file.fault(`its schema has no operation ${unknown}`);
  const operations = new Map([...openApi.operations].filter(([operation]) => active.get(operation) === true));
  return { name, namedCredential: file.need(root, 'namedCredentialReference'), operations, types: openApi.types };
}
