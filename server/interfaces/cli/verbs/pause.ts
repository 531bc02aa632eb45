import { pauseConnection, resumeConnection } from '../../../sync/operate/pause.ts';
import { Refusal, textOf, UsageError, type Input, type Verb } from '../verb.ts';

function nameOf({ positionals }: Input): string {
  const [name] = positionals;
  if (name === undefined || positionals.length > 1) throw new UsageError('Name one connection, such as stripe.');
  return name;
}

const unknown = (name: string) => new Refusal(`There is no connection ${name}; \`status\` lists them.`);

/** Stops the work of a connection until somebody resumes it. */
export const pause: Verb = {
  name: 'pause',
  usage: 'pause <connection> [--reason TEXT]',
  summary: 'stops the work of a connection; what comes in is stored and waits',
  help: '--reason TEXT             shown to people beside the state of the connection',
  options: { reason: { type: 'string' } },
  async run({ db, operator }, input) {
    const name = nameOf(input);
    const reason = textOf(input, 'reason') ?? `Paused by ${operator}.`;
    if (!(await pauseConnection(db, operator, name, reason))) throw unknown(name);
    return { data: { connection: name, state: 'Paused' }, text: `${name} is paused. Go on with: resume ${name}` };
  },
};

/** Lets a connection go on. */
export const resume: Verb = {
  name: 'resume',
  usage: 'resume <connection>',
  summary: 'lets a paused or broken connection go on, with everything that waited',
  help: 'A broken connection goes on by itself once its billing system accepts it again; this does not wait for that.',
  options: {},
  async run({ db, operator }, input) {
    const name = nameOf(input);
    if (!(await resumeConnection(db, operator, name))) throw unknown(name);
    return { data: { connection: name, state: 'Connected' }, text: `${name} goes on.` };
  },
};
