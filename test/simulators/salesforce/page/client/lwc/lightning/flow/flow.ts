import { api, LightningElement } from 'lwc';
import { messageOf } from '../../../orgApi.ts';

type Field = {
  name: string;
  kind: string;
  text: string;
  data: string;
  required: boolean;
  value: unknown;
  choices: { label: string; value: unknown }[];
  error: string | null;
};
type Screen = { label: string; fields: Field[]; allowBack: boolean; allowFinish: boolean; nextLabel: string };
type View = {
  interview: string;
  flow: string;
  flowLabel: string;
  status: 'STARTED' | 'FINISHED' | 'ERROR';
  screen: Screen | null;
  outputVariables: unknown[];
  error: string | null;
};
type Input = { name: string; type: string; value: unknown };

const INPUT_TYPES: Readonly<Record<string, string>> = {
  Number: 'number',
  Boolean: 'checkbox',
  Date: 'date',
  DateTime: 'datetime',
};
/** The sentence that Lightning Experience shows for a fault that the flow does not handle. */
const UNHANDLED =
  'An unhandled fault has occurred in this flow. An unhandled fault has occurred while processing the flow. Please contact your system administrator for more information.';

/**
 * `lightning-flow` (LWC guide, "Embed a Flow in a Custom Component"): starts the flow that `flowApiName` names, shows its
 * screens, and tells how it goes by `statuschange`.
 */
export default class Flow extends LightningElement {
  @api flowInputVariables: Input[] | undefined;
  @api flowFinishBehavior: 'NONE' | 'RESTART' = 'RESTART';

  chosenFlow: string | undefined;
  entered: Record<string, unknown> = {};
  interview: View | null = null;
  heading = '';
  screen: Screen | null = null;
  fault: string | null = null;
  busy = false;

  @api
  get flowApiName(): string | undefined {
    return this.chosenFlow;
  }
  set flowApiName(name: string | undefined) {
    this.chosenFlow = name;
    // Other properties of the same rendering, such as the input variables, are set after this one.
    if (name) void Promise.resolve().then(() => this.startFlow(name, this.flowInputVariables));
  }

  /** Starts a flow, whatever runs now. */
  @api
  startFlow(name: string, inputs?: Input[]): void {
    void this.call('', { flow: name, inputs: inputs ?? [] });
  }

  get fields(): object[] {
    return (this.screen?.fields ?? []).map((field) => ({
      ...field,
      value: this.entered[field.name] ?? field.value ?? (field.data === 'Boolean' ? false : ''),
      inputType: INPUT_TYPES[field.data] ?? 'text',
      isText: field.kind === 'DisplayText',
      isInput: field.kind === 'InputField',
      isLarge: field.kind === 'LargeTextArea',
      isDropdown: field.kind === 'DropdownBox',
      isRadio: field.kind === 'RadioButtons',
    }));
  }

  enter(event: CustomEvent<{ value?: unknown; checked?: boolean }>): void {
    const { field = '' } = (event.target as HTMLElement).dataset;
    const { value, checked } = event.detail;
    this.entered[field] = value ?? checked;
  }

  back(): void {
    this.go('BACK');
  }

  next(): void {
    this.go('NEXT');
  }

  go(action: string): void {
    const { interview } = this.interview!;
    const given = Object.fromEntries((this.screen?.fields ?? []).map(({ name, value }) => [name, value]));
    void this.call(`/${interview}`, { action, values: { ...given, ...this.entered } });
  }

  async call(path: string, body: object): Promise<void> {
    this.busy = true;
    this.fault = null;
    try {
      const response = await fetch(`/lightning/interviews${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const answer = (await response.json()) as View & { message?: string };
      if (!response.ok) throw new Error(answer.message ?? response.statusText);
      this.take(answer);
    } catch (fault) {
      this.fault = messageOf(fault);
      this.tell('ERROR', []);
    } finally {
      this.busy = false;
    }
  }

  take(view: View): void {
    if (view.screen?.label !== this.screen?.label) this.entered = {};
    this.interview = view;
    this.heading = view.screen?.label ?? view.flowLabel;
    this.screen = view.screen;
    if (view.status === 'ERROR') this.fault = `${UNHANDLED} ${view.error ?? ''}`;
    this.tell(view.status, view.outputVariables);
    if (view.status === 'FINISHED' && this.flowFinishBehavior === 'RESTART' && this.chosenFlow)
      this.startFlow(this.chosenFlow, this.flowInputVariables);
  }

  tell(status: string, outputVariables: unknown[]): void {
    const detail = {
      status,
      outputVariables: status === 'FINISHED' ? outputVariables : [],
      flowTitle: this.interview?.flowLabel ?? '',
      guid: this.interview?.interview ?? null,
    };
    this.dispatchEvent(new CustomEvent('statuschange', { detail }));
  }
}
