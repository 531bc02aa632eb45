import { join } from 'node:path';
import { openApiDocument } from '../../server/interfaces/http/actions/openapi.ts';
import { OPERATIONS } from '../../server/interfaces/http/actions/schemas.ts';

export const REGISTRATION = join(
  import.meta.dirname,
  '../../force-app/main/default/externalServiceRegistrations/Billing360.externalServiceRegistration-meta.xml',
);

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/**
 * Metadata of the External Service that the flows call (Metadata API Developer Guide, "ExternalServiceRegistration"): the
 * server's own OpenAPI document, with all of its operations.
 */
export function registrationXml(): string {
  const operations = Object.keys(OPERATIONS).map(
    (name) => `    <operations>
        <active>true</active>
        <name>${name}</name>
    </operations>
`,
  );
  return `<?xml version="1.0" encoding="UTF-8" ?>
<ExternalServiceRegistration xmlns="http://soap.sforce.com/2006/04/metadata">
    <description>What the flows of Billing 360 ask of its server. Written by scripts/external-service.ts.</description>
    <label>Billing 360</label>
    <namedCredentialReference>Billing_360</namedCredentialReference>
${operations.join('')}    <registrationProviderType>Custom</registrationProviderType>
    <schema
    >${escaped(JSON.stringify(openApiDocument()))}</schema>
    <schemaType>OpenApi3</schemaType>
    <status>Complete</status>
    <systemVersion>1</systemVersion>
</ExternalServiceRegistration>
`;
}
