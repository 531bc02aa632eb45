import { MetadataFile, type Element } from '../../org/schema/metadata.ts';

export type NamedCredential = { name: string; label: string; url: string; externalCredential: string };

export type ExternalCredential = {
  name: string;
  label: string;
  /** Where tokens are asked for. */
  tokenUrl: string;
  /** Names of the principals; all are named principals. */
  principals: string[];
  scope: string | null;
};

type Parameter = { type: string; name: string; value: string | null; externalCredential: string | null };

function parameters(file: MetadataFile, list: string): Parameter[] {
  return file.list(file.root, list).map((element: Element) => {
    file.allow(element, [
      ...['parameterName', 'parameterType', 'parameterValue', 'externalCredential', 'description', 'sequenceNumber'],
      'parameterGroup',
    ]);
    return {
      type: file.need(element, 'parameterType'),
      name: file.need(element, 'parameterName'),
      value: file.text(element, 'parameterValue') ?? null,
      externalCredential: file.text(element, 'externalCredential') ?? null,
    };
  });
}

/** @throws Error that names the file and what is wrong or not supported */
export function readNamedCredential(path: string, name: string): NamedCredential {
  const file = new MetadataFile(path, 'NamedCredential');
  const { root } = file;
  file.allow(root, [
    ...['label', 'namedCredentialType', 'namedCredentialParameters', 'generateAuthorizationHeader', 'calloutStatus'],
    ...['allowMergeFieldsInBody', 'allowMergeFieldsInHeader'],
  ]);
  if (file.need(root, 'namedCredentialType') !== 'SecuredEndpoint')
    throw file.fault('only SecuredEndpoint is supported by the simulated org');
  if (!file.flag(root, 'generateAuthorizationHeader', true))
    throw file.fault('without generateAuthorizationHeader no token would be sent');
  const list = parameters(file, 'namedCredentialParameters');
  const url = list.find(({ type }) => type === 'Url')?.value;
  const externalCredential = list.find(({ type }) => type === 'Authentication')?.externalCredential;
  if (!url || !externalCredential) throw file.fault('needs the parameters Url and Authentication');
  return { name, label: file.need(root, 'label'), url, externalCredential };
}

/** OAuth by client credentials, with the secret in the request's body. @throws Error that names the file */
export function readExternalCredential(path: string, name: string): ExternalCredential {
  const file = new MetadataFile(path, 'ExternalCredential');
  const { root } = file;
  file.allow(root, ['label', 'description', 'authenticationProtocol', 'externalCredentialParameters']);
  const protocol = file.need(root, 'authenticationProtocol');
  const list = parameters(file, 'externalCredentialParameters');
  const one = (type: string): Parameter | undefined => list.find((parameter) => parameter.type === type);
  const variant = one('AuthProtocolVariant')?.value;
  if (protocol !== 'Oauth' || variant !== 'ClientCredentialsClientSecret')
    throw file.fault(`${protocol} ${variant ?? ''} is not supported: use Oauth with ClientCredentialsClientSecret`);
  const tokenUrl = one('AuthProviderUrl')?.value;
  if (!tokenUrl) throw file.fault('needs the parameter AuthProviderUrl');
  const known = ['AuthProtocolVariant', 'AuthProviderUrl', 'NamedPrincipal', 'AuthParameter'];
  const other = list.find(({ type }) => !known.includes(type));
  if (other) throw file.fault(`parameter ${other.type} is not supported by the simulated org`);
  const otherSetting = list.find(({ type, name: setting }) => type === 'AuthParameter' && setting !== 'Scope');
  if (otherSetting) throw file.fault(`AuthParameter ${otherSetting.name} is not supported by the simulated org`);
  const principals = list.filter(({ type }) => type === 'NamedPrincipal').map((principal) => principal.name);
  if (principals.length === 0) throw file.fault('has no principal');
  return { name, label: file.need(root, 'label'), tokenUrl, principals, scope: one('AuthParameter')?.value ?? null };
}
