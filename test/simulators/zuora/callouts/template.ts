import * as z from 'zod';
import { category, ZuoraError } from '../protocol/errors.ts';
import type { Tenant } from '../tenant.ts';
import type { CalloutTemplate } from './model.ts';

const texts = z.record(z.string(), z.string());

/** Fields of a callout, alone as a template or inside a notification definition. */
export const calloutFields = {
  name: z.string().min(1),
  description: z.string().optional(),
  active: z.boolean().optional(),
  calloutBaseurl: z.string().min(1).max(1000),
  httpMethod: z.enum(['GET', 'PUT', 'POST', 'PATCH', 'DELETE']),
  requiredAuth: z.boolean().optional(),
  calloutAuth: z
    .strictObject({
      username: z.string(),
      password: z.string(),
      domain: z.string().nullable().optional(),
      preemptive: z.boolean().optional(),
    })
    .optional(),
  requiredOauth2: z.boolean().optional(),
  oauth2ProviderId: z.string().optional(),
  hmacAlgorithm: z.enum(['MD5', 'SHA-1', 'SHA-224', 'SHA-256', 'SHA-384', 'SHA-512']).optional(),
  hmacData: z.string().optional(),
  hmacKey: z.string().optional(),
  hmacValue: z.string().optional(),
  hmacSecret: z.string().optional(),
  hmacOutputFormat: z.enum(['BASE64', 'HEX']).optional(),
  calloutHeaders: texts.optional(),
  calloutParams: texts.optional(),
  useCustomRequestBody: z.boolean().optional(),
  customRequestBody: z.string().optional(),
  calloutRetry: z.boolean().optional(),
  confirmSuccessFromResponseContent: z.literal(false).optional(),
};

export const templateSchema = z.strictObject({
  ...calloutFields,
  eventTypeName: z.string().optional(),
  eventTypeNamespace: z.enum(['user.notification', 'com.zuora.notification']).optional(),
  eventCategory: z.number().int().optional(),
});

type Given = z.output<z.ZodObject<typeof calloutFields>>;

const refuse = (message: string): never => {
  throw new ZuoraError(category.badValue, message);
};

/** Checks what belongs together; plain HTTP is taken for a receiver on this machine only. */
export function templateOf(tenant: Tenant, given: Given, eventTypeName: string): CalloutTemplate {
  const { hostname, protocol } = urlOf(given.calloutBaseurl);
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  if (protocol !== 'https:' && !local) refuse('calloutBaseurl must be an HTTPS address.');
  if (given.requiredAuth && !given.calloutAuth) refuse('Missing required value: calloutAuth.');
  if (given.requiredOauth2 && !tenant.data.oauthProviders.some((one) => one.id === given.oauth2ProviderId))
    refuse('oauth2ProviderId is invalid.');
  if (given.useCustomRequestBody && given.customRequestBody === undefined)
    refuse('Missing required value: customRequestBody.');
  const { hmacAlgorithm, hmacData, hmacKey, hmacSecret } = given;
  if (hmacAlgorithm !== undefined && (hmacData === undefined || hmacKey === undefined || hmacSecret === undefined))
    refuse('HMAC needs hmacData, hmacKey and hmacSecret.');
  const type = Object.entries(given.calloutHeaders ?? {}).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const at = tenant.now();
  return {
    id: tenant.newId(),
    name: given.name,
    description: given.description ?? null,
    active: given.active ?? true,
    calloutBaseurl: given.calloutBaseurl,
    httpMethod: given.httpMethod,
    requiredAuth: given.requiredAuth ?? false,
    calloutAuth: given.calloutAuth ? { ...given.calloutAuth, preemptive: given.calloutAuth.preemptive ?? false } : null,
    requiredOauth2: given.requiredOauth2 ?? false,
    oauth2ProviderId: given.oauth2ProviderId ?? null,
    hmac:
      hmacAlgorithm === undefined
        ? null
        : {
            algorithm: hmacAlgorithm,
            data: hmacData!,
            header: hmacKey!,
            value: given.hmacValue ?? '{{hmac}}',
            secret: hmacSecret!,
            format: given.hmacOutputFormat ?? 'BASE64',
          },
    calloutHeaders: given.calloutHeaders ?? {},
    calloutParams: given.calloutParams ?? {},
    // Parameters leave as a form and a custom body as JSON, unless a header says otherwise.
    contentType: type?.includes('xml') ? 'xml' : type?.includes('json') || given.useCustomRequestBody ? 'json' : 'form',
    customRequestBody: given.useCustomRequestBody ? given.customRequestBody! : null,
    calloutRetry: given.calloutRetry ?? true,
    eventTypeName,
    createdDate: at,
    updatedDate: at,
  };
}

/** The address with its merge fields taken out, which may stand anywhere but in the host. */
function urlOf(text: string): URL {
  try {
    return new URL(text.replace(/\{\{[^}]*\}\}|<[^>]*>/g, 'x'));
  } catch {
    return refuse('calloutBaseurl is not an address.');
  }
}

/** A template as the notification services answer it; secrets are never shown again. */
export const templateView = (tenant: Tenant, one: CalloutTemplate): Record<string, unknown> => ({
  id: one.id,
  name: one.name,
  description: one.description,
  active: one.active,
  calloutBaseurl: one.calloutBaseurl,
  httpMethod: one.httpMethod,
  requiredAuth: one.requiredAuth,
  calloutAuth: one.calloutAuth && {
    username: one.calloutAuth.username,
    password: null,
    domain: one.calloutAuth.domain ?? null,
    preemptive: one.calloutAuth.preemptive,
  },
  requiredOauth2: one.requiredOauth2,
  oauth2ProviderId: one.oauth2ProviderId,
  hmacAlgorithm: one.hmac?.algorithm ?? null,
  hmacKey: one.hmac?.header ?? null,
  calloutHeaders: one.calloutHeaders,
  calloutParams: one.calloutParams,
  useCustomRequestBody: one.customRequestBody !== null,
  customRequestBody: one.customRequestBody,
  calloutRetry: one.calloutRetry,
  eventTypeName: one.eventTypeName,
  createdBy: tenant.userId,
  updatedBy: tenant.userId,
});
