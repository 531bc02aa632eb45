import { request, type Dispatcher } from 'undici';
import { z } from 'zod';
import { Fault } from '../../domain/fault.ts';
import type { OrgIdentity } from '../../workflows/ports/orgRows.ts';
import { toFault } from './errors.ts';

const QUERY = 'SELECT Id, IsSandbox, OrganizationType, InstanceName FROM Organization';

const answerSchema = z.object({
  records: z.tuple([
    z.object({
      Id: z.string(),
      IsSandbox: z.boolean(),
      OrganizationType: z.string().nullable(),
      InstanceName: z.string().nullable(),
    }),
  ]),
});

/**
 * Asks an org which one it is; the one query of the write path, made once a session.
 * @param agent ends what takes too long and trusts no certificate that the machine does not
 * @throws Fault when the answer is not the one record that every org has
 */
export async function readOrgIdentity(
  { instanceUrl, accessToken }: { instanceUrl: string; accessToken: string },
  apiVersion: string,
  agent: Dispatcher,
): Promise<OrgIdentity> {
  try {
    const address = `${instanceUrl}/services/data/v${apiVersion}/query?q=${encodeURIComponent(QUERY)}`;
    const response = await request(address, {
      dispatcher: agent,
      headers: { authorization: `Bearer ${accessToken}` },
    });
    const body: unknown = await response.body.json();
    if (response.statusCode !== 200) throw refusalOf(response.statusCode, body);
    const [org] = answerSchema.parse(body).records;
    return {
      orgId: org.Id,
      isSandbox: org.IsSandbox,
      organizationType: org.OrganizationType ?? '',
      instanceName: org.InstanceName ?? '',
    };
  } catch (error) {
    const fault = toFault(error, 'read which org it is');
    if (fault.kind !== 'invalid') throw fault;
    throw new Fault({
      code: 'salesforce_org_unknown',
      kind: 'forbidden',
      publicText: `Salesforce does not tell which org it is, so nothing is written: ${fault.publicText}`,
      retryable: true,
      retryAfterMs: 30_000,
      cause: error,
    });
  }
}

function refusalOf(status: number, body: unknown): Error {
  const [first] = Array.isArray(body) ? (body as { errorCode?: unknown; message?: unknown }[]) : [];
  const code = typeof first?.errorCode === 'string' ? first.errorCode : `ERROR_HTTP_${status}`;
  return Object.assign(new Error(String(first?.message ?? code)), { errorCode: code });
}
