import { request, type Dispatcher } from 'undici';
import type { CredentialVault } from '../credentials/vault.ts';
import { CalloutFault } from '../credentials/fault.ts';
import type { ExternalCredential, NamedCredential } from '../credentials/read.ts';
import type { FlowValue } from '../flow/values.ts';
import type { Operation } from './openApi.ts';
import type { ServiceRegistration } from './registration.ts';
import { fromJson } from './values.ts';

/** Callouts of the platform end after two minutes of real time. */
export const CALLOUT_TIMEOUT_MS = 120_000;

type Endpoint = { named: NamedCredential; external: ExternalCredential; principal: string };

/** Without what has no value, as the generated classes leave it out. */
const withoutNulls = (value: FlowValue): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([, part]) => part !== null)
          .map(([name, part]) => [name, withoutNulls(part)]),
      )
    : Array.isArray(value)
      ? value.map(withoutNulls)
      : value;

function requestOf(operation: Operation, inputs: ReadonlyMap<string, FlowValue>, base: string) {
  let path = operation.path;
  const query = new URLSearchParams();
  const headers: Record<string, string> = { accept: 'application/json' };
  let body: string | null = null;
  for (const parameter of operation.parameters) {
    const value = inputs.get(parameter.name) ?? null;
    if (value === null) {
      if (parameter.required) throw new CalloutFault(`The input ${parameter.name} is required and has no value.`);
      continue;
    }
    if (parameter.in === 'path') path = path.replace(`{${parameter.name}}`, encodeURIComponent(String(value)));
    else if (parameter.in === 'query') query.append(parameter.name, String(value));
    else if (parameter.in === 'header') headers[parameter.name.toLowerCase()] = String(value);
    else {
      headers['content-type'] = 'application/json';
      body = JSON.stringify(withoutNulls(value));
    }
  }
  const search = query.size > 0 ? `?${query.toString()}` : '';
  return { url: base.replace(/\/$/, '') + path + search, headers, body };
}

/**
 * Calls one operation with the token of the principal; a token that is refused is asked for anew once.
 * @returns `responseCode`, and the answer under its declared status code or `default`
 * @throws CalloutFault when there is no answer, or one that the document does not declare
 */
export async function callOperation(
  service: ServiceRegistration,
  operation: Operation,
  inputs: ReadonlyMap<string, FlowValue>,
  endpoint: Endpoint,
  vault: CredentialVault,
  timeoutMs: number,
): Promise<Map<string, FlowValue>> {
  const { url, headers, body } = requestOf(operation, inputs, endpoint.named.url);
  const attempt = async (): Promise<{ status: number; text: string }> => {
    const token = await vault.token(endpoint.external, endpoint.principal);
    try {
      const answer = await request(url, {
        method: operation.method as Dispatcher.HttpMethod,
        headers: { ...headers, authorization: `Bearer ${token}` },
        body,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      return { status: answer.statusCode, text: await answer.body.text() };
    } catch (error) {
      throw new CalloutFault(`The callout failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  let answer = await attempt();
  if (answer.status === 401) {
    vault.forget(endpoint.external.name, endpoint.principal);
    answer = await attempt();
  }
  const code = [String(answer.status), `${Math.floor(answer.status / 100)}XX`, 'default'].find((name) =>
    operation.responses.has(name),
  );
  if (code === undefined)
    throw new CalloutFault(`The service answered ${answer.status}, which its schema does not declare.`);
  const type = operation.responses.get(code) ?? null;
  const outputs = new Map<string, FlowValue>([['responseCode', answer.status]]);
  if (type === null) return outputs;
  let json: unknown;
  try {
    json = JSON.parse(answer.text);
  } catch {
    throw new CalloutFault('The answer of the service is no JSON.');
  }
  return outputs.set(code, fromJson(type, json, service.types));
}
