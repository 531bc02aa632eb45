import type { Org } from '../org.ts';
import type { Sf } from '../sf.ts';

/** What set-up is to bring about; what is not given is left as it is. */
export type SetupOptions = {
  alias: string;
  dryRun: boolean;
  /** Username of the integration user. */
  integrationUser: string | null;
  /** Address of the backend as the org reaches it. */
  backend: string | null;
  client: { id: string; secret: string } | null;
  replaceSecret: boolean;
};

export type StepResult = {
  /** `would`: a dry run left it; `skipped`: something that it needs was not given. */
  state: 'done' | 'unchanged' | 'would' | 'skipped' | 'failed';
  /** Plain words: what is so now, or what to do. */
  text: string;
};

/** What a step needs that asks nothing but the org. */
export type OrgContext = { org: Org; options: SetupOptions };

export type SetupContext = OrgContext & {
  sf: Sf;
  project: string;
  /** Whether the org had this version already, so that nothing was deployed. */
  isSame: boolean;
};

/** One thing that set-up brings about, as often as it runs: it looks first, and changes only what is not so yet. */
export type Step<Context = SetupContext> = { name: string; run(context: Context): Promise<StepResult> };

export const unchanged = (text: string): StepResult => ({ state: 'unchanged', text });
export const skipped = (text: string): StepResult => ({ state: 'skipped', text });
export const failed = (text: string): StepResult => ({ state: 'failed', text });

/** For what comes with the package: a dry run may be before its first deploy. */
export const notThere = ({ options }: OrgContext, what: string): StepResult =>
  options.dryRun
    ? { state: 'would', text: `It is looked at once the org has ${what}.` }
    : failed(`The org has no ${what}: deploy first.`);

/** Changes something unless this is a dry run. */
export async function change({ options }: OrgContext, text: string, work: () => Promise<unknown>): Promise<StepResult> {
  if (options.dryRun) return { state: 'would', text };
  await work();
  return { state: 'done', text };
}
