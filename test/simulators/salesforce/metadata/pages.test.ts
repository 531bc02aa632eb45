import { expect, it } from 'vitest';
import { join } from 'node:path';
import { bundle, metadataFile, MetadataOrg } from './testing.ts';

const FORCE_APP = join(import.meta.dirname, '../../../../force-app/main/default');
const COMPONENT =
  "import { LightningElement } from 'lwc';\nexport default class Greeting extends LightningElement {}\n";
/** Named so that it is the first page of the object. */
const PAGE = {
  'flexipages/A_Page.flexipage': metadataFile(
    'FlexiPage',
    '<flexiPageRegions><itemInstances><componentInstance><componentName>greeting</componentName><identifier>one</identifier></componentInstance></itemInstances><name>main</name><type>Region</type></flexiPageRegions><masterLabel>Page</masterLabel><sobjectType>Account</sobjectType><template><name>flexipage:recordHomeSingleColNoHeaderTemplateDesktop</name></template><type>RecordPage</type>',
  ),
};

it('a record page shows what was deployed after it was first opened', { timeout: 120_000 }, async () => {
  const org = await MetadataOrg.start(FORCE_APP);
  try {
    const { sim } = org;
    const rep = { userId: sim.org.userNamed(sim.usernames.rep)!.Id };
    const id = sim.org.insert('Account', [{ Name: 'Acme' }], rep)[0]!.id!;
    const sid = encodeURIComponent(sim.tokenFor(sim.usernames.rep));
    const page = async () => {
      const door = await fetch(`${sim.url}/secur/frontdoor.jsp?sid=${sid}`, { redirect: 'manual' });
      const cookie = door.headers.get('set-cookie')!.split(';')[0]!;
      return (await fetch(`${sim.url}/lightning/r/Account/${id}/view`, { headers: { cookie } })).text();
    };
    expect(await page()).toContain('c:billing360');
    const greeting = bundle('greeting', COMPONENT, '<template><p>Hello</p></template>', true);
    expect(await org.deploy({ ...greeting, ...PAGE })).toMatchObject({ status: 'Succeeded', failures: [] });
    expect(await page()).toContain('c:greeting');
  } finally {
    await org.close();
  }
});
