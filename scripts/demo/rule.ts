import { strToU8, zipSync } from 'fflate';
import { Connection } from 'jsforce';
import type { Stack } from '../../test/support/stack.ts';
import { manifest, metadataFile } from '../../test/simulators/salesforce/metadata/testing.ts';
import { USERS } from '../../test/simulators/salesforce/org/seed.ts';

/** What people read of a row that the rule refuses. */
export const RULE_MESSAGE = 'More than 100 a month needs a contract.';

/**
 * Deploys what an admin of the org might: a validation rule that no subscription of more than 100 a month may be saved.
 * @param active whether it is in force
 * @throws Error with what the org said
 */
export async function deployRule({ org }: Pick<Stack, 'org'>, active: boolean): Promise<void> {
  const rule = `<validationRules><fullName>Not_Above_100</fullName><active>${active}</active><errorConditionFormula>MRR__c &gt; 100</errorConditionFormula><errorMessage>${RULE_MESSAGE}</errorMessage></validationRules>`;
  const files = {
    'package.xml': manifest({ ValidationRule: ['Billing_Subscription__c.Not_Above_100'] }),
    'objects/Billing_Subscription__c.object': metadataFile('CustomObject', rule),
  };
  const zip = zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)])));
  const { metadata } = new Connection({
    instanceUrl: org.url,
    accessToken: org.tokenFor(USERS.admin),
    version: '66.0',
  });
  metadata.pollInterval = 20;
  const result = await metadata
    .deploy(Buffer.from(zip).toString('base64'), { rollbackOnError: true, singlePackage: true })
    .complete(true);
  if (!result.success) throw new Error(`The org did not take the rule: ${JSON.stringify(result.details)}`);
}
