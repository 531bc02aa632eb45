import { quoted } from '../org.ts';
import { change, failed, skipped, unchanged, type Step, type StepResult } from './step.ts';

const CHANNEL = 'Billing360__chn';
/** What the backend follows; the other objects are swept. */
const ENTITIES = ['AccountChangeEvent', 'ContactChangeEvent', 'OpportunityChangeEvent', 'Billing_Request__ChangeEvent'];

type Member = { FullName: string; EventChannel: string; SelectedEntity: string; Metadata: Record<string, unknown> };
type Context = Parameters<Step['run']>[0];

const NO_ROOM =
  'Everything works without the channel, by asking each minute: set SALESFORCE_PUBSUB_ADDRESS=none for the backend.';

/**
 * The channel of change events that the backend follows. It is no part of the package (docs/decisions/0009): its filter
 * names the integration user, and an org has room for few entities, which others may need.
 */
export const changeChannel: Step = {
  name: 'Change events',
  async run(context) {
    const { org, options } = context;
    if (options.integrationUser === null)
      return skipped(`Name the user of the backend with --integration-user to have its channel made. ${NO_ROOM}`);
    const [user] = await org.query<{ Id: string }>(
      `SELECT Id FROM User WHERE Username = ${quoted(options.integrationUser)}`,
    );
    if (user === undefined) return failed(`The org has no user ${options.integrationUser}: create it first.`);
    const channels = await org.tooling<{ FullName: string }>('SELECT Id, FullName FROM PlatformEventChannel');
    const members = await membersOf(context);
    const filter = `ChangeEventHeader.commitUser != '${user.Id}'`;
    const ours = members.filter((one) => one.EventChannel === CHANNEL);
    const wanted = ENTITIES.filter(
      (entity) => !ours.some((one) => one.SelectedEntity === entity && one.Metadata['filterExpression'] === filter),
    );
    const used = usedIn(members);
    if (wanted.length === 0) return unchanged(`${CHANNEL} is there. ${used}`);
    try {
      return await change(context, `${CHANNEL} is made. ${used}`, async () => {
        if (!channels.some((one) => one.FullName === CHANNEL))
          await save(context, 'PlatformEventChannel', CHANNEL, { label: 'Billing 360', channelType: 'data' });
        for (const selectedEntity of wanted)
          await save(context, 'PlatformEventChannelMember', `Billing360_chn_${selectedEntity.replaceAll('__', '_')}`, {
            ...{ eventChannel: CHANNEL, selectedEntity, filterExpression: filter, enrichedFields: [] },
          });
      });
    } catch (error) {
      // No room is no fault of the installation.
      return noRoom(error, used);
    }
  },
};

const noRoom = (error: unknown, used: string): StepResult =>
  skipped(`${error instanceof Error ? error.message : String(error)} ${used} ${NO_ROOM}`);

/** What others follow, so that a person can weigh what one more costs. */
function usedIn(members: readonly Member[]): string {
  const others = members.filter((one) => one.EventChannel !== CHANNEL);
  if (others.length === 0) return 'Nothing else in the org follows change events.';
  const lines = others.map(({ SelectedEntity, EventChannel }) => `${SelectedEntity} on ${EventChannel}`);
  return `The org also follows ${lines.join(', ')}.`;
}

async function membersOf({ org }: Context): Promise<Member[]> {
  const rows = await org.tooling<Omit<Member, 'Metadata'> & { Id: string }>(
    'SELECT Id, FullName, EventChannel, SelectedEntity FROM PlatformEventChannelMember',
  );
  return Promise.all(
    rows.map(async (row) => {
      const { Metadata = {} } =
        (await org.call<Member>('GET', `/tooling/sobjects/PlatformEventChannelMember/${row.Id}`)) ?? {};
      return { ...row, Metadata };
    }),
  );
}

async function save({ org }: Context, type: string, fullName: string, metadata: unknown): Promise<void> {
  const [known] = await org.tooling<{ Id: string; FullName: string }>(
    `SELECT Id, FullName FROM ${type} WHERE FullName = '${fullName}'`,
  );
  const body = { FullName: fullName, Metadata: metadata };
  if (known === undefined) await org.call('POST', `/tooling/sobjects/${type}`, body);
  else await org.call('PATCH', `/tooling/sobjects/${type}/${known.Id}`, body);
}
