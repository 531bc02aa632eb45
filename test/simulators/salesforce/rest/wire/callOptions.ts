import type { SaveOptions } from '../../org/types.ts';
import type { Call } from './call.ts';

/**
 * Value of `client` in `Sforce-Call-Options: client=Name; defaultNamespace=ns`, or null. The guide separates with `;`,
 * jsforce joins with a comma.
 */
function clientOf(header: string | undefined): string | null {
  for (const part of (header ?? '').split(/[;,]/)) {
    const [, value] = /^\s*client\s*=\s*(.*?)\s*$/i.exec(part) ?? [];
    if (value !== undefined && value !== '') return value;
  }
  return null;
}

/** `changeOrigin` of what a call saves; empty without a client (Apex Reference, "ChangeEventHeader"). */
export function changeOrigin(api: 'rest' | 'bulkapi', version: number, header: string | undefined): string {
  const client = clientOf(header);
  return client === null ? '' : `com/salesforce/api/${api}/${version}.0;client=${client}`;
}

/** Who saves and how, from the headers of the call. */
export function saveOptions(call: Call): SaveOptions {
  const header = call.namesClient ? call.header('sforce-call-options') : undefined;
  return {
    userId: call.access.userId,
    origin: changeOrigin('rest', call.version, header),
    allowDuplicates: /(?:^|[;,])\s*allowSave\s*=\s*true\s*(?:$|[;,])/i.test(
      call.header('sforce-duplicate-rule-header') ?? '',
    ),
  };
}
