import { failed, skipped, type Step } from './step.ts';

/** Calls billing as any other flow does: through the registration, the named credential and the org's own token. */
const FLOW = 'Billing_Test_Connection';

type Invocation = {
  isSuccess: boolean;
  errors: { message: string }[] | null;
  outputValues: Record<string, unknown> | null;
};

/** The last step: what all others are for. */
export const testCall: Step = {
  name: 'Test call',
  async run({ org, options }) {
    if (options.backend === null) return skipped('Without --backend no call is tried.');
    if (options.dryRun) return { state: 'would', text: 'Billing is called through the credential.' };
    const answer = await org
      .call<Invocation[]>('POST', `/actions/custom/flow/${FLOW}`, { inputs: [{}] })
      .catch((error: unknown): Invocation[] => [
        {
          isSuccess: false,
          errors: [{ message: error instanceof Error ? error.message : String(error) }],
          outputValues: null,
        },
      ]);
    const [result] = answer ?? [];
    if (result === undefined) return failed(`The org has no active flow ${FLOW}.`);
    const { ok = false, message = '' } = (result.outputValues ?? {}) as { ok?: boolean; message?: string };
    if (result.isSuccess && ok) return { state: 'unchanged', text: `Billing answered: ${message}` };
    const said = [message, ...(result.errors ?? []).map((error) => error.message)].filter((text) => text !== '');
    return failed(
      `Billing could not be called: ${said.join(' ')} See that the backend runs, that the org reaches ${options.backend}, and that the secret is the newest one (--replace-secret).`,
    );
  },
};
