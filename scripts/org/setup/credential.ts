import { change, failed, notThere, type OrgContext, skipped, type Step, unchanged } from './step.ts';
import { POST_INSTALL } from '../source.ts';
import { grant } from './people.ts';

/** Of the named credential, of the external credential and of its principal. */
const NAME = 'Billing_360';
const ACCESS = 'Billing_Callout_Access';

/** Access to the principal, which a package cannot hold, as a permission set; whoever runs set-up gets it for the test call. */
export const principalAccess: Step = {
  name: 'Callout access',
  async run(context) {
    const { sf, project, options, isSame } = context;
    const known = await context.org.query(`SELECT Id FROM PermissionSet WHERE Name = '${ACCESS}'`);
    const isThere = isSame && known.length > 0;
    if (!isThere && options.dryRun) return { state: 'would', text: `${ACCESS} is deployed.` };
    // Each deploy puts addresses back to what the metadata says, so that there is none without a need.
    if (!isThere) {
      const args = ['--source-dir', POST_INSTALL, '--target-org', options.alias, '--wait', '10'];
      const deployed = await sf.in(project).json(['project', 'deploy', 'start', ...args]);
      const { files = [] } = (deployed.result ?? {}) as { files?: { error?: string }[] };
      const problems = files.flatMap(({ error }) => error ?? []).join(' ');
      if (deployed.status !== 0) return failed(`${ACCESS} was refused: ${problems || deployed.message}`);
    }
    // Whoever runs set-up makes the test call.
    const granted = await grant(context, await self(context), ACCESS);
    return isThere || granted.state === 'failed'
      ? granted
      : { state: 'done', text: `${ACCESS} is deployed. ${granted.text}` };
  },
};

async function self({ org }: OrgContext): Promise<{ id: string; username: string }> {
  const [user] = await org.query<{ Id: string }>(`SELECT Id FROM User WHERE Username = '${org.username}'`);
  return { id: user?.Id ?? '', username: org.username };
}

const addressOf = (backend: string): string => backend.replace(/\/+$/, '');
const NO_BACKEND = 'Give the address of the backend with --backend to have it set.';

type NamedCredential = { calloutUrl: string } & Record<string, unknown>;

/** What the Connect REST API takes of what it tells (Named Credential Input, External Credential Input). */
const INPUTS = {
  named: ['calloutOptions', 'calloutStatus', 'customHeaders', 'developerName', 'externalCredentials', 'masterLabel'],
  external: [
    'authenticationProtocol',
    'authenticationProtocolVariant',
    'customHeaders',
    'developerName',
    'masterLabel',
  ],
};
const pick = (from: Record<string, unknown>, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]));

/** Where flows call billing. */
export const calloutAddress: Step<OrgContext> = {
  name: 'Named credential',
  async run(context) {
    const { org, options } = context;
    if (options.backend === null) return skipped(NO_BACKEND);
    const path = `/named-credentials/named-credential-setup/${NAME}`;
    const credential = await org.call<NamedCredential>('GET', path);
    if (credential === null) return notThere(context, `named credential ${NAME}`);
    const url = addressOf(options.backend);
    if (credential.calloutUrl === url) return unchanged(`${NAME} leads to ${url}.`);
    return change(context, `${NAME} leads to ${url} from now on.`, () =>
      org.call('PUT', path, {
        ...pick(credential, [...INPUTS.named, 'parameters', 'type']),
        calloutUrl: url,
      }),
    );
  },
};

type Parameter = { parameterType: string; parameterValue?: string } & Record<string, unknown>;
type ExternalCredential = { parameters: Parameter[] } & Record<string, unknown>;

/** Where the org asks for its tokens. */
export const tokenEndpoint: Step<OrgContext> = {
  name: 'Token endpoint',
  async run(context) {
    const { org, options } = context;
    if (options.backend === null) return skipped(NO_BACKEND);
    const path = `/named-credentials/external-credentials/${NAME}`;
    const credential = await org.call<ExternalCredential>('GET', path);
    if (credential === null) return notThere(context, `external credential ${NAME}`);
    const url = `${addressOf(options.backend)}/oauth/token`;
    const isUrl = ({ parameterType }: Parameter): boolean => parameterType === 'AuthProviderUrl';
    if (credential.parameters.some((one) => isUrl(one) && one.parameterValue === url))
      return unchanged(`Tokens come from ${url}.`);
    const parameters = credential.parameters.map((one) => (isUrl(one) ? { ...one, parameterValue: url } : one));
    return change(context, `Tokens come from ${url} from now on.`, () =>
      org.call('PUT', path, { ...pick(credential, [...INPUTS.external, 'principals']), parameters }),
    );
  },
};

const PRINCIPAL = { externalCredential: NAME, principalName: NAME, principalType: 'NamedPrincipal' };

/** What the org authenticates with; the org never tells it again. */
export const secret: Step<OrgContext> = {
  name: 'Secret',
  async run(context) {
    const { org, options } = context;
    const path = '/named-credentials/credential';
    const query = new URLSearchParams(PRINCIPAL).toString();
    const known = await org.call<{ authenticationStatus: string }>('GET', `${path}?${query}`);
    if (known === null) return notThere(context, `principal ${NAME}`);
    const isSet = known.authenticationStatus === 'Configured';
    if (isSet && !options.replaceSecret)
      return unchanged('A secret is set. To put another one in its place use --replace-secret.');
    if (options.client === null)
      return skipped(
        'Make a client with `npm run ops -- org-client add` and give it as BILLING_360_CLIENT_ID and BILLING_360_CLIENT_SECRET.',
      );
    const { id, secret: value } = options.client;
    const credentials = { clientId: { value: id, encrypted: false }, clientSecret: { value, encrypted: true } };
    return change(context, 'The secret is set.', () =>
      org.call(isSet ? 'PUT' : 'POST', path, { ...PRINCIPAL, authenticationProtocol: 'OAuth', credentials }),
    );
  },
};
