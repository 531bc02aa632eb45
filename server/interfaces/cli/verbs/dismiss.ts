import { dismissFailures } from '../../../sync/operate/dismiss.ts';
import { parseFailureId } from '../../../sync/operate/failureId.ts';
import { count } from '../text.ts';
import { Refusal, textOf, UsageError, type Verb } from '../verb.ts';

/** Ends failures that nobody is going to repair. */
export const dismiss: Verb = {
  name: 'dismiss',
  usage: 'dismiss <id…> --reason TEXT',
  summary: 'ends failures that are not to be repaired; kept with who, when and why',
  help: `--reason TEXT             why; needed

A dismissed key waits for its next event, a dismissed row for its next change. \`retry\` takes it back.`,
  options: { reason: { type: 'string' } },
  async run({ db, operator }, input) {
    const ids = input.positionals;
    const reason = (textOf(input, 'reason') ?? '').trim();
    if (ids.length === 0) throw new UsageError('Name what is to be dismissed; `failures` lists it.');
    if (reason === '') throw new UsageError('Say why with --reason.');
    const refs = ids.map((id) => {
      const ref = parseFailureId(id);
      if (ref === null) throw new UsageError(`${id} is no id of a failure; \`failures\` lists them.`);
      return ref;
    });
    const dismissed = await dismissFailures(db, operator, refs, reason);
    const unknown = ids.filter((id) => !dismissed.includes(id));
    if (dismissed.length === 0) throw new Refusal(`Nothing was done: ${unknown.join(', ')} was not put aside.`);
    const rest = unknown.length === 0 ? '' : ` Not put aside, and left alone: ${unknown.join(', ')}.`;
    return { data: { dismissed, unknown }, text: `Dismissed ${count(dismissed.length, 'failure')}.${rest}` };
  },
};
