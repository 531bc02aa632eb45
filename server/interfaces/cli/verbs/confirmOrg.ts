import { confirmOrgAs, orgPin, type OrgIdentity } from '../../../sync/operate/org.ts';
import { Refusal, UsageError, type Verb } from '../verb.ts';

const words = ({ orgId, isSandbox, organizationType, instanceName }: OrgIdentity) =>
  `${orgId} (${isSandbox ? 'sandbox' : 'production'}, ${organizationType}, ${instanceName})`;

/** Says which org rows may be written to. */
export const confirmOrg: Verb = {
  name: 'confirm-org',
  usage: 'confirm-org [<org id>]',
  summary: 'says which org rows may be written to, after another one than before was met',
  help: `--yes                     does not ask

Without an id it shows the org that is pinned and the one that was met. Nothing is written between the two.`,
  options: {},
  async run({ db, operator, confirm }, { positionals }) {
    const [orgId, ...others] = positionals;
    if (others.length > 0) throw new UsageError('One org at a time.');
    const pin = await orgPin(db);
    if (pin === null) throw new Refusal('No server has logged in to Salesforce yet.');
    const text = `Pinned: ${words(pin.pinned)}${pin.met === null ? '' : `\nMet: ${words(pin.met)}: nothing is written.`}`;
    if (orgId === undefined) return { data: pin, text };
    await confirm(`Write billing to the org ${orgId}?`);
    const confirmed = await confirmOrgAs(db, operator, orgId);
    if (confirmed === null) throw new Refusal(`${orgId} is neither of them.\n${text}`);
    return { data: confirmed, text: `Rows are written to ${words(confirmed)}.` };
  },
};
