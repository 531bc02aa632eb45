import { request } from 'undici';
import type { InterviewView } from '../simulators/salesforce/automation/flow/interview.ts';
import type { Stack } from './stack.ts';

export type Screen = NonNullable<InterviewView['screen']>;

/** A flow as a person goes through it on a page of the simulated org. */
export class FlowVisit {
  readonly #org: Stack['org'];
  readonly #username: string;
  view!: InterviewView;

  private constructor(org: Stack['org'], username: string) {
    this.#org = org;
    this.#username = username;
  }

  /** @throws Error with what the org said when it does not start */
  static async start(
    { org }: Pick<Stack, 'org'>,
    username: string,
    flow: string,
    inputs: Readonly<Record<string, unknown>>,
  ): Promise<FlowVisit> {
    const visit = new FlowVisit(org, username);
    const list = Object.entries(inputs).map(([name, value]) => ({ name, value }));
    await visit.#call('', { flow, inputs: list });
    return visit;
  }

  async #call(path: string, body: unknown): Promise<void> {
    const cookie = `sid=${encodeURIComponent(this.#org.tokenFor(this.#username))}`;
    const answer = await request(`${this.#org.url}/lightning/interviews${path}`, {
      method: 'POST',
      headers: { cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const view = (await answer.body.json()) as InterviewView & { message?: string };
    if (answer.statusCode !== 200) throw new Error(view.message);
    this.view = view;
  }

  /** Presses the button that goes on, with what was entered. */
  async next(values: Readonly<Record<string, unknown>> = {}): Promise<this> {
    await this.#call(`/${this.view.interview}`, { action: 'NEXT', values });
    return this;
  }

  /** Name of the screen that is shown; null when the flow is over. */
  get screen(): string | null {
    return this.view.screen?.name ?? null;
  }

  /** Everything that the screen says, without markup. */
  get text(): string {
    const texts = (this.view.screen?.fields ?? []).map(({ text }) => text.replaceAll(/<[^>]+>/g, ' '));
    return texts.join(' ').replaceAll(/\s+/g, ' ').trim();
  }

  output(name: string): unknown {
    return this.view.outputVariables.find((one) => one.name === name)?.value ?? null;
  }
}
